import { afterEach, describe, expect, test } from 'vitest';
import { priceUsage } from '../../../src/costs/index.js';
import {
  ModelError,
  openBatchApi,
  type StandIn,
  type StandInOptions,
} from '../../../src/models/index.js';
import { pricing } from '../provider-fixtures.js';
import {
  APIS,
  collect,
  itemsOf,
  KEY,
  never,
  openBatches,
  startBatches,
  waitFor,
} from './stand-in-batches.js';

const halfPriced = { ...pricing, batchMultiplier: 0.5 };
const running: StandIn[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.close()));
});

async function start(api: (typeof APIS)[number], options: Partial<StandInOptions> = {}) {
  const standIn = await startBatches(options);
  running.push(standIn);
  return { standIn, ...(await openBatches(standIn.url, api)) };
}

describe.each(APIS)('batches in the format of %s', (api) => {
  test('are answered as single requests are, at half the price', async () => {
    const { standIn, batches, model } = await start(api, { batch: { polls: 2 } });
    expect(model.supportsBatch).toBe(true);
    const items = itemsOf('tok', 12);
    const id = await batches.submit(items, 'tok', never);
    expect(await waitFor(batches, id)).toEqual(['in_progress', 'in_progress', 'ended']);
    const results = await collect(batches, id, items);
    expect(results.size).toBe(12);
    let expected = 0;
    for (const item of items) {
      const live = await model.attempt(item.request, never);
      expect(results.get(item.id)).toEqual({ id: item.id, outcome: 'answered', answer: live });
      expected += priceUsage(live.usage!, model.pricing!, { batch: true });
    }
    const { billed, calls, ...account } = standIn.account();
    expect(account.batches).toBe(1);
    expect(billed.batched).toMatchObject({ attempts: 12, cost: expected });
    expect(billed.batched.usage).toEqual(billed.delivered.usage);
    expect(billed.delivered.cost).toBeGreaterThan(billed.batched.cost * 1.9);
    expect(calls.every(({ answered }) => answered === 2)).toBe(true);
    expect((await batches.status(id, never)).counts).toEqual({ done: 12, failed: 0, total: 12 });
  });

  test('carry structured output, read by the request', async () => {
    const { batches, model } = await start(api);
    const schema = { type: 'object', properties: { reply: { type: 'string' } } };
    const items = itemsOf('tok', 2).map((item) => ({
      ...item,
      request: { ...item.request, responseSchema: { name: 'answer', schema } },
    }));
    const id = await batches.submit(items, 'tok', never);
    await waitFor(batches, id);
    const results = await collect(batches, id, items);
    for (const item of items) {
      const answer = await model.attempt(item.request, never);
      expect(JSON.parse(answer.text)).toHaveProperty('reply');
      expect(results.get(item.id)).toEqual({ id: item.id, outcome: 'answered', answer });
    }
  });

  test('fail in part: each failure classed, its request named, and nothing billed for it', async () => {
    const { standIn, batches } = await start(api, { batch: { failItems: 0.4 } });
    const items = itemsOf('tok', 20);
    const tooMany = { ...items[3]!.request, parameters: { maxTokens: -1 } };
    items[3] = { ...items[3]!, request: tooMany };
    const id = await batches.submit(items, 'tok', never);
    expect(await waitFor(batches, id)).toEqual(['ended']);
    const results = [...(await collect(batches, id, items)).values()];
    const failures = results.filter((result) => result.outcome === 'failed');
    const answers = results.filter((result) => result.outcome === 'answered');
    expect(failures.length + answers.length).toBe(20);
    expect(failures.length).toBeGreaterThan(3);
    for (const { error, id: failed } of failures) {
      const isInvalid = failed === 'tok-3' && error.kind === 'invalid_request';
      expect(isInvalid || error.kind === 'server').toBe(true);
      expect(error.message).toMatch(/HTTP (400|500): .*\(request req_batch_\d+\)$/);
    }
    expect(failures.some(({ error }) => error.kind === 'invalid_request')).toBe(true);
    expect(standIn.account().billed.batched.attempts).toBe(answers.length);
    const { counts } = await batches.status(id, never);
    expect(counts).toEqual({ done: answers.length, failed: failures.length, total: 20 });
  });

  test('expire with what was done until then', async () => {
    const { standIn, batches } = await start(api, { batch: { expireAfter: 0.25 } });
    const items = itemsOf('tok', 8);
    const id = await batches.submit(items, 'tok', never);
    expect(await waitFor(batches, id)).toEqual(['expired']);
    const results = await collect(batches, id, items);
    expect(items.map((item) => results.get(item.id)?.outcome)).toEqual([
      ...Array(2).fill('answered'),
      ...Array(6).fill('not_asked'),
    ]);
    expect(results.get('tok-7')).toEqual({
      id: 'tok-7',
      outcome: 'not_asked',
      reason: 'expired',
    });
    expect(standIn.account().billed.batched.attempts).toBe(2);
  });

  test('are cancelled, as often as one likes, with what was done until then', async () => {
    const { batches } = await start(api, { batch: { polls: 3 } });
    const items = itemsOf('tok', 8);
    const id = await batches.submit(items, 'tok', never);
    await batches.status(id, never);
    await batches.status(id, never);
    await batches.cancel(id, never);
    const { state } = await batches.status(id, never);
    expect(state).toBe('cancelled');
    await batches.cancel(id, never);
    const results = [...(await collect(batches, id, items)).values()];
    expect(results.filter(({ outcome }) => outcome === 'answered')).toHaveLength(4);
    expect(results.at(-1)).toMatchObject({ outcome: 'not_asked', reason: 'cancelled' });
    const gone = batches.cancel('batch_99', never);
    await expect(gone).rejects.toMatchObject({ kind: 'invalid_request', status: 404 });
  });

  test('that are being cancelled can be cancelled', async () => {
    const { batches } = await start(api, { batch: { polls: 3 } });
    const id = await batches.submit(itemsOf('tok', 2), 'tok', never);
    await batches.cancel(id, never);
    await expect(batches.cancel(id, never)).resolves.toBeUndefined();
  });

  test('fail as a whole', async () => {
    const failWhole = 'The account has no room for more.';
    const { standIn, batches } = await start(api, { batch: { failWhole } });
    const items = itemsOf('tok', 3);
    const id = await batches.submit(items, 'tok', never);
    await waitFor(batches, id);
    const { state, reason } = await batches.status(id, never);
    const results = [...(await collect(batches, id, items)).values()];
    const told = results.map((result) => result.outcome === 'failed' && result.error.message);
    expect(state === 'failed' ? [reason] : told).toSatisfy((all: string[]) =>
      all.every((each) => each.includes(failWhole)),
    );
    expect(standIn.account().billed.batched.attempts).toBe(0);
  });

  test('whose reply was lost are found again, among others and by pages', async () => {
    const { standIn, batches } = await start(api, {
      // Found running by each of the three pages of the first search.
      batch: { polls: 3, loseReplies: 1, pageSize: 7 },
    });
    const since = new Date();
    const lost = batches.submit(itemsOf('lost', 3), 'lost', never);
    await expect(lost).rejects.toMatchObject({ name: 'ModelError', kind: 'connection' });
    // Pages of others came later, half of them of the same size.
    for (let other = 0; other < 20; other++) {
      await batches.submit(itemsOf(`other${other}`, other % 2 ? 2 : 3), `other${other}`, never);
    }
    const trace = { token: 'lost', since, items: 3 };
    const first = await batches.find(trace, never);
    expect(first.found).toBe(api === 'anthropic' ? 'perhaps' : 'one');
    if (first.found === 'perhaps') {
      expect(first.candidates).toHaveLength(11);
      expect(first.candidates).toContain('batch_1');
    }
    expect(first.found === 'perhaps' ? await batches.find(trace, never) : first).toEqual({
      found: 'one',
      id: 'batch_1',
    });
    await waitFor(batches, 'batch_1');
    const results = await collect(batches, 'batch_1', itemsOf('lost', 3));
    expect([...results.keys()].sort()).toEqual(['lost-0', 'lost-1', 'lost-2']);
    expect(standIn.account().batches).toBe(21);
    expect(await batches.find({ ...trace, token: 'never' }, never)).toEqual({ found: 'none' });
    const later = new Date(Date.now() + 3_600_000);
    expect(await batches.find({ ...trace, since: later }, never)).toEqual({ found: 'none' });
  });

  test('are refused with a key that is refused, which no error quotes', async () => {
    const { standIn } = await start(api);
    const { batches } = await openBatches(standIn.url, api, { TEST_API_KEY: 'bad' });
    const calls = [
      batches.submit(itemsOf('tok', 1), 'tok', never),
      batches.status('batch_1', never),
      batches.find({ token: 'tok', since: new Date(), items: 1 }, never),
      collect(batches, 'batch_1', []),
      batches.cancel('batch_1', never),
    ];
    for (const settled of await Promise.allSettled(calls)) {
      const reason: unknown = settled.status === 'rejected' ? settled.reason : null;
      expect(reason).toBeInstanceOf(ModelError);
      expect(reason).toMatchObject({ kind: 'authentication', status: 401 });
    }
  });

  test('are held back where the maker would refuse them', async () => {
    const { standIn, batches } = await start(api, { batch: { mostItems: 2 } });
    const [one, two] = itemsOf('tok', 2);
    const refused = (items: Parameters<typeof batches.submit>[0]) =>
      expect(batches.submit(items, 'tok', never)).rejects;
    await refused([]).toThrow(RangeError);
    await refused([one!, one!]).toThrow('"tok-0"');
    await refused(itemsOf('other', 1)).toThrow('"other-0"');
    await refused([{ ...one!, id: `tok-${'x'.repeat(64)}` }]).toThrow('64');
    const extra = { ...two!.request, parameters: { maxTokens: 1, extra: { model: 'x' } } };
    await refused([{ ...two!, request: extra }]).toMatchObject({ kind: 'invalid_request' });
    expect(standIn.account().batches).toBe(0);
    // What only the server knows of comes back as its error.
    const tooMany = batches.submit(itemsOf('tok', 3), 'tok', never);
    if (api === 'anthropic') await expect(tooMany).rejects.toMatchObject({ status: 413 });
    else expect(await batches.status(await tooMany, never)).toMatchObject({ state: 'failed' });
  });

  test('are aborted at once', async () => {
    const { batches } = await start(api);
    const aborted = AbortSignal.abort();
    const expected = { kind: 'aborted' };
    await expect(batches.submit(itemsOf('tok', 1), 'tok', aborted)).rejects.toMatchObject(expected);
    await expect(batches.status('batch_1', aborted)).rejects.toMatchObject(expected);
    const trace = { token: 'tok', since: new Date(), items: 1 };
    await expect(batches.find(trace, aborted)).rejects.toMatchObject(expected);
  });

  test('count their bytes as they are sent', async () => {
    const { batches } = await start(api);
    const [item] = itemsOf('tok', 1);
    const text = { ...item!.request, messages: [{ role: 'user' as const, content: 'äöü\n"' }] };
    const longer = { ...text, messages: [{ role: 'user' as const, content: 'äöü\n"é' }] };
    const bytes = batches.bytesOf({ ...item!, request: text });
    expect(batches.bytesOf({ ...item!, request: longer }) - bytes).toBe(2);
    expect(bytes).toBeGreaterThan(80);
    expect(batches.limits.bytes).toBeGreaterThan(1e8);
  });
});

test("a maker's own key goes to no other address", async () => {
  const { standIn } = await start('openai');
  const spec = { id: 'openai/gpt-4o', baseUrl: `${standIn.url}/v1`, pricing: halfPriced };
  const opened = openBatchApi(
    { ...spec, apiKeyEnv: 'OPENAI_API_KEY' },
    { env: { OPENAI_API_KEY: KEY } },
  );
  await expect(opened).rejects.toThrow('kept for its maker');
});
