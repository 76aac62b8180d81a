import { describe, expect, it } from 'vitest';
import { failing, scriptedUpstream } from './scripted-upstream.js';
import { asking, failureOf, stand } from './standing.js';

const ANSWER = { kind: 'answer', text: 'It is four.' } as const;
type Behaviours = Parameters<typeof scriptedUpstream>[1];

/** A model and what stands in for it, one attempt at each, on a clock that stands still. */
function standing(
  behaviours: Behaviours,
  fallbacks = { 'lab/a': ['lab/b'] },
  other = [ANSWER] as Behaviours,
) {
  const time = { now: 1_700_000_000_000 };
  const model = scriptedUpstream('lab/a', behaviours);
  const standIn = scriptedUpstream('lab/b', other);
  const service = stand([model, standIn], {
    fallbacks,
    limits: { defaultMaxTokens: 64, maxTokens: 1_000, attempts: 1 },
    clock: { now: () => time.now, sleep: async () => {} },
  });
  const ask = () => service.gateway.handle(asking({ model: 'lab/a' }));
  const askTimes = async (times: number) => {
    for (let at = 0; at < times; at++) await ask();
    return model.asked.length;
  };
  return { ...service, ask, askTimes, model, standIn, time };
}

describe('a model that keeps failing', () => {
  it.each(['connection', 'timeout', 'server', 'authentication', 'rate_limit'] as const)(
    'is passed over after three operations that failed by %s',
    async (kind) => {
      const { ask, askTimes, events } = standing([failing(kind)]);
      expect(await askTimes(10)).toBe(3);
      expect(await ask()).toMatchObject({ head: { model: 'lab/b', cause: 'fallback' } });
      const told = events.filter((event) => event.kind === 'passed_over');
      expect(told).toHaveLength(8);
      expect(told[0]).toMatchObject({ model: 'lab/a' });
    },
  );

  it('is tried by one request after each cool-down, which grows to a minute', async () => {
    const { askTimes, time } = standing([failing('server')]);
    expect(await askTimes(5)).toBe(3);
    let asked = 3;
    for (const seconds of [10, 20, 40, 60, 60]) {
      time.now += seconds * 1_000 - 1;
      expect(await askTimes(3)).toBe(asked);
      time.now += 1;
      expect(await askTimes(3)).toBe(++asked);
    }
  });

  it('is tried by one of those that come at once', async () => {
    const { ask, askTimes, model, time } = standing([failing('server')]);
    await askTimes(3);
    time.now += 10_000;
    await Promise.all([ask(), ask(), ask()]);
    expect(model.asked).toHaveLength(4);
  });

  it('is asked as before once it has answered', async () => {
    const down = failing('server');
    const { ask, askTimes, time } = standing([down, down, down, ANSWER, down, down, ANSWER]);
    await askTimes(3);
    time.now += 10_000;
    expect(await ask()).toMatchObject({ head: { model: 'lab/a', cause: 'named' } });
    expect(await askTimes(3)).toBe(7);
  });

  it('is asked where nothing stands in for it, or that fails too', async () => {
    const alone = standing([failing('server')], { 'lab/a': [] });
    expect(await alone.askTimes(8)).toBe(8);
    const both = standing([failing('server')], undefined, [failing('rate_limit', { status: 429 })]);
    expect(await both.askTimes(8)).toBe(8);
    const last = standing(
      [failing('server'), failing('server'), failing('server'), ANSWER],
      undefined,
      [ANSWER, ANSWER, ANSWER, failing('truncated')],
    );
    await last.askTimes(3);
    expect(await last.ask()).toMatchObject({ head: { model: 'lab/a', cause: 'named' } });
  });

  it('is not passed over for what a request got wrong', async () => {
    const { ask, askTimes } = standing([failing('invalid_request', { status: 400 })]);
    expect(failureOf(await ask()).status).toBe(400);
    expect(await askTimes(5)).toBe(6);
    expect(await standing([failing('truncated')]).askTimes(5)).toBe(5);
  });
});
