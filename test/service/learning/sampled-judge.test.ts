import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/models/index.js';
import { isDrawn } from '../../../src/service/index.js';
import { COST } from '../scripted-upstream.js';
import { asking, bodyOf, exactCache, framesOf } from '../standing.js';
import {
  judging,
  learningWorld,
  SEED,
  VERDICT_COST,
  verdict,
  type World,
} from './learning-world.js';

const judgeConfig = (share: number) => ({
  judge: {
    model: { id: 'lab/judge', baseUrl: null, apiKeyEnv: null, pricing: null },
    rubric: 'correctness',
    share,
  },
});
const right = () => judging(() => verdict('correct'));

const ask = ({ gateway }: World, id: string, more: Parameters<typeof asking>[0] = {}) =>
  gateway.handle(asking({ model: 'auto', ...more, request: { operationId: id, ...more.request } }));

const said = async ({ ledger }: World) => (await ledger.feedback()).map(({ feedback }) => feedback);

describe('a sampled judge', () => {
  it('judges whom the lot falls on, as anybody can work out, and says how likely that was', async () => {
    const world = await learningWorld(judgeConfig(0.3), { judge: right() });
    const ids = Array.from({ length: 300 }, (_, at) => `op-drawn-${at}`);
    for (const id of ids) await ask(world, id);
    await world.learning.settle();
    const drawn = ids.filter((id) => isDrawn(id, 0.3, SEED));
    const feedback = await said(world);
    expect(feedback.map(({ operationId }) => operationId).sort()).toEqual(drawn.sort());
    // Within four standard deviations of 90.
    expect(Math.abs(drawn.length - 90)).toBeLessThan(32);
    expect(new Set(feedback.map(({ probability }) => probability))).toEqual(new Set([0.3]));
    expect(feedback[0]).toMatchObject({
      tenant: 'acme',
      source: 'judge',
      score: 1,
      unscored: null,
      judge: expect.stringMatching(/^lab\/judge\/correctness-\d+-[0-9a-f]{12}$/),
    });
    expect(world.learning.status.judging).toMatchObject({
      drawn: drawn.length,
      scored: drawn.length,
      unscored: 0,
      waiting: 0,
    });
  });

  it('is not held up by a provider that wants to be asked again in five minutes', async () => {
    const judge = judging(() => {
      throw new ModelError('rate_limit', 'slow down', { retryAfterMs: 300_000 });
    });
    const world = await learningWorld(judgeConfig(1), { judge });
    await ask(world, 'op-limited');
    await world.learning.settle();
    expect(judge.asked()).toBe(1);
    expect(await said(world)).toMatchObject([
      { score: null, unscored: 'the judge could not be asked (rate_limit)', probability: 1 },
    ]);
  });

  it('draws independently of what the policy draws', () => {
    const ids = Array.from({ length: 2000 }, (_, at) => `op-${at}`);
    const drawn = ids.map((id) => isDrawn(id, 0.5, SEED));
    expect(Math.abs(drawn.filter(Boolean).length - 1000)).toBeLessThan(90);
    expect(ids.filter((id, at) => isDrawn(id, 0.5, SEED + 1) === drawn[at]).length).toBeLessThan(
      1100,
    );
  });

  it('is paid for by the tenant, under its budget, as further attempts of the operation', async () => {
    const world = await learningWorld(judgeConfig(1), { judge: right() });
    await ask(world, 'op-paid');
    await world.learning.settle();
    expect(world.budget.spent).toBe(COST * 2 + VERDICT_COST);
    expect(await world.ledger.totals(['purpose'])).toMatchObject([
      { keys: ['candidate'], operations: 1, attempts: 1, cost: 2 * COST },
      { keys: ['judge'], operations: 0, attempts: 1, cost: VERDICT_COST },
    ]);
    expect(await world.ledger.spent('acme', '2020-01-01T00:00:00Z')).toBe(2 * COST + VERDICT_COST);
  });

  it('records what was drawn and cannot be judged, with the reason and nothing that was said', async () => {
    const secret = 'the prompt said: xyzzy';
    const cases = [
      [judging(() => `no verdict; ${secret}`), 'the judge gave no verdict'],
      [
        judging(() => Promise.reject(new ModelError('authentication', secret, { status: 401 }))),
        'the judge could not be asked (authentication)',
      ],
      [judging(() => Promise.reject(new TypeError(secret))), 'the judge failed unexpectedly'],
    ] as const;
    for (const [judge, reason] of cases) {
      const world = await learningWorld(judgeConfig(1), { judge });
      await ask(world, 'op-unscored');
      await world.learning.settle();
      expect(await said(world)).toMatchObject([
        { score: null, unscored: reason, source: 'judge', probability: 1 },
      ]);
      expect(world.told).toEqual([{ kind: 'unscored', operation: 'op-unscored', reason }]);
    }
  });

  it('leaves room in no budget that has none, and the answer is given all the same', async () => {
    // Enough for the worst case of the answer, and not for that of a verdict of 512 tokens.
    const world = await learningWorld(judgeConfig(1), { judge: right(), capNano: 900_000 });
    const reply = await ask(world, 'op-poor');
    expect(reply.kind).toBe('answer');
    await world.learning.settle();
    expect(await said(world)).toMatchObject([
      { unscored: 'the budget left no room for the judge', score: null },
    ]);
    expect(world.budget.spent).toBe(2 * COST);
  });

  it('delays no answer', async () => {
    let say: (text: string) => void = () => {};
    const later = new Promise<string>((resolve) => {
      say = resolve;
    });
    const world = await learningWorld(judgeConfig(1), { judge: judging(() => later) });
    const reply = await ask(world, 'op-now');
    expect(bodyOf(reply)).toMatchObject({ model: 'lab/b' });
    expect(await framesOf(await ask(world, 'op-stream', { stream: true }))).toContain('four');
    expect(await said(world)).toEqual([]);
    say(verdict('incorrect'));
    await world.learning.settle();
    expect(await said(world)).toMatchObject([{ score: 0 }, { score: 0 }]);
  });

  it('looks at whole answers that a model gave to routed requests, and at no other', async () => {
    const cache = exactCache();
    const judge = right();
    const world = await learningWorld(judgeConfig(1), { judge, gateway: { cache } });
    await ask(world, 'op-routed');
    await ask(world, 'op-hit');
    await ask(world, 'op-named', { model: 'lab/a', text: 'Another one?' });
    await world.learning.settle();
    expect((await said(world)).map(({ operationId }) => operationId)).toEqual(['op-routed']);

    const broken = await learningWorld(judgeConfig(1), {
      judge,
      behaviours: [
        {
          kind: 'breaks',
          after: 2,
          text: 'It is four.',
          error: new ModelError('connection', 'gone'),
        },
      ],
    });
    await framesOf(await ask(broken, 'op-broken', { stream: true }));
    await broken.learning.settle();
    expect(await said(broken)).toEqual([]);
    expect(judge.asked()).toBe(1);
  });

  it('says so where more is drawn than can wait, and where the service ends first', async () => {
    let say: (text: string) => void = () => {};
    const later = new Promise<string>((resolve) => {
      say = resolve;
    });
    const world = await learningWorld(judgeConfig(1), { judge: judging(() => later) });
    for (let at = 0; at < 7; at++) await ask(world, `op-many-${at}`);
    expect(world.learning.status.judging).toMatchObject({ drawn: 7, waiting: 7 });
    const closing = world.learning.close();
    say(verdict('correct'));
    await closing;
    const feedback = await said(world);
    expect(feedback).toHaveLength(7);
    expect(feedback.filter(({ score }) => score === 1)).toHaveLength(4);
    expect(feedback.filter(({ unscored }) => unscored?.includes('was closed'))).toHaveLength(3);
  });
});
