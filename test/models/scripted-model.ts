import { Budget, type SpendGate, type UsageRecord } from '../../src/costs/index.js';
import {
  type CallerOptions,
  createCaller,
  type Model,
  type ModelAnswer,
  ModelError,
  type ModelRequest,
} from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import { pricing } from './provider-fixtures.js';
import { VirtualClock } from './virtual-clock.js';

/** What an attempt does after `takes` virtual milliseconds. */
export interface Turn {
  readonly takes?: number;
  readonly answer?: Partial<ModelAnswer>;
  readonly error?: Error;
}

export const INPUT_TOKENS = 100;
export const MAX_TOKENS = 50;
/** With the prices of `pricing`: 1,000 and 2,000 nano-dollars a token. */
export const WORST = INPUT_TOKENS * 1000 + MAX_TOKENS * 2000;
export const USAGE = { input: 80, cachedInput: 0, cacheWrite: 0, output: 10, reasoning: 0 };
export const PRICED = 80 * 1000 + 10 * 2000;

export const request: ModelRequest = {
  messages: [{ role: 'user', content: 'Hello' }],
  parameters: { maxTokens: MAX_TOKENS },
  trial: 1,
};

/** A model that does as told, turn by turn; the last turn repeats. Counts what is under way. */
export function scriptedModel(
  clock: VirtualClock,
  turns: readonly Turn[],
  parts: Partial<Model> = {},
) {
  let attempts = 0;
  let underWay = 0;
  let most = 0;
  const startedAt: number[] = [];
  const model: Model = {
    id: 'test/model',
    origin: 'live',
    pricing,
    baseUrl: null,
    rateLimitKey: 'test',
    supportsBatch: false,
    countInput: () => INPUT_TOKENS,
    async attempt(_request, signal) {
      const turn = turns[Math.min(attempts, turns.length - 1)]!;
      attempts++;
      startedAt.push(clock.elapsed);
      underWay++;
      most = Math.max(most, underWay);
      await clock.sleep(turn.takes ?? 0, signal);
      underWay--;
      if (signal.aborted) throw new ModelError('aborted', 'cut off');
      if (turn.error !== undefined) throw turn.error;
      return {
        text: 'Hello.',
        finishReason: 'stop',
        usage: USAGE,
        latencyMs: null,
        cost: null,
        recordedScore: null,
        ...turn.answer,
      };
    },
    ...parts,
  };
  return {
    model,
    startedAt,
    get attempts() {
      return attempts;
    },
    get most() {
      return most;
    },
  };
}

/** A caller on a virtual clock, with what it abandoned and told. */
export function testCaller(options: Partial<CallerOptions> & { gate?: SpendGate } = {}) {
  const clock = new VirtualClock();
  const abandoned: UsageRecord[] = [];
  const events: unknown[] = [];
  const caller = createCaller({
    now: clock.now,
    sleep: clock.sleep,
    limits: { maxConcurrency: 4 },
    gate: new Budget(null),
    runId: 'run-1',
    random: createRng('test caller'),
    onAbandoned: (usage) => abandoned.push(...usage),
    onEvent: (event) => events.push(event),
    ...options,
  });
  let operations = 0;
  const call = (model: Model, signal = new AbortController().signal) =>
    caller.call(model, request, {
      purpose: 'candidate',
      operationId: `operation-${++operations}`,
      signal,
    });
  return { clock, call, abandoned, events };
}
