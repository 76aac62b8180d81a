import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumNano, type UsageRecord } from '../../src/costs/index.js';
import {
  batchedSource,
  type RoutingRequest,
  type SignalBatch,
  type SignalSource,
} from '../../src/features/index.js';

const asking = (content: string): RoutingRequest => ({
  messages: [{ role: 'user', content }],
  domain: null,
});

function billed(input: number, cost: number | null): UsageRecord {
  return {
    operationId: 'embedding',
    attempt: 1,
    runId: 'service',
    purpose: 'embedding',
    origin: 'simulated',
    model: 'lab/embedder',
    usage: { input, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
    cost,
    estimated: false,
    pricing: null,
    error: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    latencyMs: 1,
  };
}

/** A source whose reads end when the test says so. */
function heldSource(options: Partial<SignalSource> = {}) {
  const reads: { texts: string[]; abort: AbortSignal; end: (batch?: SignalBatch) => void }[] = [];
  const source: SignalSource = {
    id: 'embedding:lab',
    simulated: true,
    batchSize: 64,
    concurrency: 1,
    worstCost: (requests) => requests.length,
    read: (requests, abort) =>
      new Promise((resolve) => {
        const texts = requests.map(({ messages }) => messages[0]!.content);
        const signals = texts.map((text) => ({
          values: Float32Array.of(text.length),
          cost: 0,
          latency: 1,
        }));
        reads.push({
          texts,
          abort,
          end: (batch = { usage: [billed(7, 101)], signals }) => resolve(batch),
        });
      }),
    ...options,
  };
  return { reads, source: batchedSource(source) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe('reading signals together', () => {
  it('reads in one call what is asked in one turn, and then what waited meanwhile', async () => {
    const { reads, source } = heldSource();
    const first = ['a', 'bb'].map((text) => source.read([asking(text)], never));
    await turn();
    const later = ['ccc', 'dddd', 'eeeee'].map((text) => source.read([asking(text)], never));
    await turn();
    expect(reads.map(({ texts }) => texts)).toEqual([['a', 'bb']]);
    reads[0]!.end();
    await Promise.all(first);
    await turn();
    reads[1]!.end();
    const batches = await Promise.all([...first, ...later]);
    expect(reads.map(({ texts }) => texts)).toEqual([
      ['a', 'bb'],
      ['ccc', 'dddd', 'eeeee'],
    ]);
    expect(
      batches.map((batch) => ('signals' in batch ? batch.signals[0]!.values[0] : null)),
    ).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes no more at once than the source does', async () => {
    const { reads, source } = heldSource({ batchSize: 2, concurrency: 2 });
    const all = Array.from({ length: 5 }, (_, at) => source.read([asking(`${at}`)], never));
    await turn();
    expect(reads.map(({ texts }) => texts.length)).toEqual([2, 2]);
    for (const { end } of reads) end();
    await Promise.all(all.slice(0, 4));
    await turn();
    reads[2]!.end();
    await all[4];
    expect(reads[2]!.texts).toEqual(['4']);
  });

  it('shares tokens and cost to the last one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 20 }),
        fc.nat(1_000_000),
        fc.option(fc.nat(1_000_000_000)),
        async (texts, tokens, cost) => {
          const { reads, source } = heldSource();
          const all = texts.map((text) => source.read([asking(text)], never));
          await turn();
          const signals = texts.map(() => ({ values: new Float32Array(1), cost: 0, latency: 1 }));
          reads[0]!.end({ usage: [billed(tokens, cost)], signals });
          const records = (await Promise.all(all)).map(({ usage }) => usage[0]!);
          const input = records.reduce((sum, { usage }) => sum + usage!.input, 0);
          expect(input).toBe(tokens);
          expect(records.every((record) => Number.isSafeInteger(record.usage!.input))).toBe(true);
          if (cost === null) expect(records.map((record) => record.cost)).not.toContain(0);
          else expect(sumNano(records.map((record) => record.cost ?? Number.NaN))).toBe(cost);
        },
      ),
    );
  });

  it('cuts a call off only once nobody waits for it', async () => {
    const { reads, source } = heldSource();
    const [one, other] = [new AbortController(), new AbortController()];
    const all = [source.read([asking('a')], one.signal), source.read([asking('b')], other.signal)];
    await turn();
    one.abort();
    expect(reads[0]!.abort.aborted).toBe(false);
    other.abort();
    expect(reads[0]!.abort.aborted).toBe(true);
    reads[0]!.end({ usage: [billed(4, 10)], failure: 'aborted' });
    const batches = await Promise.all(all);
    expect(sumNano(batches.map(({ usage }) => usage[0]!.cost ?? 0))).toBe(10);
  });

  it('tells whoever leaves before its turn at once, and asks nothing for it', async () => {
    const { reads, source } = heldSource({ batchSize: 1 });
    const first = source.read([asking('a')], never);
    await turn();
    const leaving = new AbortController();
    const left = source.read([asking('b')], leaving.signal);
    const gone = source.read([asking('c')], AbortSignal.abort());
    leaving.abort();
    expect(await Promise.all([left, gone])).toMatchObject([
      { usage: [], failure: expect.any(String) },
      { usage: [], failure: expect.any(String) },
    ]);
    reads[0]!.end();
    await first;
    await turn();
    expect(reads.map(({ texts }) => texts)).toEqual([['a']]);
  });

  it('tells everyone of a failure, with a share of what it cost', async () => {
    const { reads, source } = heldSource();
    const all = ['a', 'b'].map((text) => source.read([asking(text)], never));
    await turn();
    reads[0]!.end({ usage: [billed(2, 3)], failure: 'no answer' });
    const batches = await Promise.all(all);
    expect(batches.every((batch) => 'failure' in batch)).toBe(true);
    expect(batches.map(({ usage }) => usage[0]!.cost).sort()).toEqual([1, 2]);
  });

  it('lets nobody pay more than was set aside for it, however long its text is', async () => {
    const { reads, source } = heldSource({
      // As of an endpoint's source: only the first hundred characters are sent.
      worstCost: (requests) =>
        requests.reduce((sum, { messages }) => sum + Math.min(100, messages[0]!.content.length), 0),
    });
    const texts = ['a'.repeat(100_000), 'b'.repeat(100), 'c'.repeat(50)];
    const all = texts.map((text) => source.read([asking(text)], never));
    await turn();
    const signals = texts.map(() => ({ values: new Float32Array(1), cost: 0, latency: 1 }));
    reads[0]!.end({ usage: [billed(250, 250)], signals });
    const batches = await Promise.all(all);
    expect(batches.map(({ usage }) => usage[0]!.cost)).toEqual([100, 100, 50]);
  });

  it('keeps a request that is refused as wrong from spoiling those that were read with it', async () => {
    const sizes: number[] = [];
    const source = batchedSource({
      ...heldSource().source,
      batchSize: 64,
      concurrency: 4,
      async read(requests) {
        sizes.push(requests.length);
        const texts = requests.map(({ messages }) => messages[0]!.content);
        if (texts.includes('too long')) return { usage: [], failure: '400', refused: true };
        return {
          usage: [billed(texts.length, 10)],
          signals: texts.map((text) => ({
            values: Float32Array.of(text.length),
            cost: 0,
            latency: 1,
          })),
        };
      },
    });
    const texts = ['a', 'bb', 'too long', 'dddd', 'eeeee'];
    const batches = await Promise.all(texts.map((text) => source.read([asking(text)], never)));
    expect(
      batches.map((batch) => ('signals' in batch ? batch.signals[0]!.values[0] : batch.usage)),
    ).toEqual([1, 2, [], 4, 5]);
    expect(sizes).toEqual([5, 3, 2, 1, 2]);
  });
});
