import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complexityQuestion,
  complexitySource,
  knownSignals,
  obtainSignals,
  type RoutingRequest,
  readComplexity,
  requestHash,
  type SignalSource,
  signalId,
} from '../../src/features/index.js';
import { type AskModel, createModel, type Model } from '../../src/models/index.js';
import { openMemoryStore } from '../../src/store/index.js';

const asks = (content: string): RoutingRequest => ({
  messages: [{ role: 'user', content }],
  domain: null,
});
const never = new AbortController().signal;

/** Reads lengths, two at a time, and notes what it was asked. */
function lengths(fails: (text: string) => boolean = () => false) {
  const asked: string[] = [];
  const source: SignalSource = {
    id: 'embedding:test:1',
    simulated: false,
    batchSize: 2,
    concurrency: 1,
    worstCost: () => 0,
    async read(requests) {
      const texts = requests.map(({ messages }) => messages[0]!.content);
      asked.push(...texts);
      if (texts.some(fails)) return { usage: [], failure: 'the server is out' };
      return {
        usage: [],
        signals: texts.map((text) => ({
          values: Float32Array.of(text.length),
          cost: 1e-9 * text.length,
          latency: Number.NaN,
        })),
      };
    },
  };
  return { source, asked };
}

describe('obtaining signals', () => {
  const requests = ['a', 'bb', 'a', 'ccc', 'dddd', 'eeeee'].map(asks);

  it('asks for each text once, ever', async () => {
    const { signals: store } = openMemoryStore();
    const { source, asked } = lengths();
    const options = { stop: never, abort: never };
    const known = await knownSignals(source.id, requests, store);
    const obtained = await obtainSignals(source, known, store, options);
    expect(asked).toEqual(['a', 'bb', 'ccc', 'dddd', 'eeeee']);
    expect(requests.map((one) => obtained.get(requestHash(one))!.values[0])).toEqual([
      1, 2, 1, 3, 4, 5,
    ]);
    const later = await knownSignals(source.id, [...requests, asks('f')], store);
    expect(later.missing).toEqual([asks('f')]);
    expect(later.known.get(requestHash(asks('ccc')))).toEqual({
      values: Float32Array.of(3),
      cost: 3e-9,
      latency: Number.NaN,
    });
  });

  it('keeps what came before a failure, and begins nothing after it', async () => {
    const { signals: store } = openMemoryStore();
    const { source, asked } = lengths((text) => text === 'ccc');
    const known = await knownSignals(source.id, requests, store);
    await expect(
      obtainSignals(source, known, store, { stop: never, abort: never }),
    ).rejects.toThrow('The signal "embedding:test:1" cannot be obtained: the server is out');
    expect(asked).toEqual(['a', 'bb', 'ccc', 'dddd']);
    expect((await knownSignals(source.id, requests, store)).known.size).toBe(2);
  });

  it('stops between batches when told to', async () => {
    const { signals: store } = openMemoryStore();
    const { source, asked } = lengths();
    const stop = new AbortController();
    const known = await knownSignals(source.id, requests, store);
    const onProgress = () => stop.abort();
    await obtainSignals(source, known, store, { stop: stop.signal, abort: never, onProgress });
    expect(asked).toEqual(['a', 'bb']);
    expect((await knownSignals(source.id, requests, store)).known.size).toBe(2);
  });
});

describe('the id of a signal', () => {
  it('names what shapes its values, and no key or price', () => {
    const spec = { kind: 'embedding', model: 'maker/embed', baseUrl: null } as const;
    expect(signalId(spec)).toBe('embedding:maker/embed:1');
    expect(signalId({ ...spec, baseUrl: 'http://here/v1' })).toBe(
      'embedding:maker/embed:1 at http://here/v1',
    );
    expect(signalId({ ...spec, kind: 'complexity' })).toMatch(
      /^complexity:maker\/embed:1-[0-9a-f]{8}$/,
    );
  });
});

describe('a reading of complexity', () => {
  it.each([
    ['7', 0.7],
    [' 10\n', 1],
    ['0', 0],
    ['3.', 0.3],
    ['11', null],
    ['-1', null],
    ['7/10', null],
    ['seven', null],
    ['', null],
    ['I would say 7', null],
  ])('%j is read as %s', (reply, reading) => {
    expect(readComplexity(reply)).toBe(reading);
  });

  it('shows the request between marks that it cannot foresee', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const [, shown] = complexityQuestion(asks(text)).messages;
        const mark = /^<request id="([0-9a-f]{16})">\n/.exec(shown!.content)?.[1];
        expect(mark).toBeDefined();
        expect(shown!.content).toBe(`<request id="${mark}">\n${text}\n</request id="${mark}">`);
        expect(text).not.toContain(mark);
      }),
    );
  });

  it('shows beginning and end of a long request', () => {
    const [, shown] = complexityQuestion(asks(`begin${'x'.repeat(100_000)}end`)).messages;
    expect(shown!.content.length).toBeLessThan(8200);
    expect(shown!.content).toMatch(/begin.*\n\[…\]\n.*end\n/);
  });

  const replies = async (reply: string | 'refused' | 'down'): Promise<SignalSource> => {
    const simulated = { answerKey: { find: () => null }, seed: 1 };
    const spec = { id: 'simulated/small', baseUrl: null, apiKeyEnv: null, pricing: null };
    const model: Model = await createModel(spec, { env: {}, simulated });
    const ask: AskModel = async () => {
      const common = { usage: [], attempts: 1, latencyMs: 5 };
      if (reply === 'refused')
        return { ...common, ok: false, error: { kind: 'invalid_request', message: 'filtered' } };
      if (reply === 'down')
        return { ...common, ok: false, error: { kind: 'server', message: 'no answer' } };
      const answer = {
        text: reply,
        finishReason: 'stop' as const,
        usage: null,
        latencyMs: 5,
        cost: null,
        recordedScore: null,
      };
      return { ...common, ok: true, answer };
    };
    return complexitySource(model, ask);
  };

  it.each(['no number', 'refused'])('is missing, and not 0, where it is %s', async (reply) => {
    const source = await replies(reply);
    const signals = [{ values: new Float32Array(0), cost: 0, latency: 5 }];
    expect(await source.read([asks('x')], never)).toEqual({ usage: [], signals });
  });

  it('fails where the model cannot be reached', async () => {
    const source = await replies('down');
    expect(await source.read([asks('x')], never)).toEqual({ usage: [], failure: 'no answer' });
  });
});
