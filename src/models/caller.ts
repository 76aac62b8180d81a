import { setMaxListeners } from 'node:events';
import type { Purpose, Reservation, SpendGate, UsageRecord } from '../costs/index.js';
import type { Rng } from '../statistics/index.js';
import { backoffMs } from './backoff.js';
import type { CallResult } from './call.js';
import type { Clock } from './clock.js';
import { Lane, type LaneLimits, type Slot, type SlotOutcome } from './lane.js';
import { type MeteredAttempt, meteredAttempt, type WorstCase, worstCaseOf } from './metering.js';
import type { Model, ModelRequest } from './model.js';
import type { ModelError, ModelErrorKind } from './model-error.js';

/** Limits on calling. The ones by key replace the common ones for models with that rate limit key. */
export interface CallLimits {
  /** Most attempts under way at once for each rate limit key. */
  readonly maxConcurrency: number;
  readonly byKey?: Readonly<Record<string, Partial<LaneLimits>>>;
}

/** What a caller tells of its waiting, for progress and logs. Times are milliseconds. */
export type CallEvent =
  | {
      readonly kind: 'retry';
      readonly model: string;
      /** The attempt that failed; counts from 1. */
      readonly attempt: number;
      readonly error: ModelErrorKind;
      readonly waitMs: number;
    }
  | {
      readonly kind: 'slowed';
      readonly rateLimitKey: string;
      /** Attempts that may be under way from now on. */
      readonly concurrency: number;
    };

export interface CallerOptions extends Clock {
  readonly limits: CallLimits;
  readonly gate: SpendGate;
  readonly runId: string;
  /** For the jitter of waits. */
  readonly random: Rng;
  /** No attempt begins later than this after the first one of its call began. @default 600_000 */
  readonly deadlineMs?: number;
  /** @default 6 */
  readonly maxAttempts?: number;
  /** Books the billed attempts of a call that rejects, as it returns no result to book them from. */
  readonly onAbandoned: (usage: readonly UsageRecord[]) => void;
  readonly onEvent?: (event: CallEvent) => void;
}

export interface CallOptions {
  readonly purpose: Purpose;
  /** Shared by all attempts of one operation, and by its calls should it be taken up again. */
  readonly operationId: string;
  readonly signal: AbortSignal;
}

export interface Caller {
  /**
   * Asks a model with retries, limits, budget and metering seen to. Never rejects for what a
   * provider does. Cut off by `signal` it resolves with the error kind `aborted`, at once where it
   * was waiting; an attempt under way is then booked as estimated.
   * @throws BudgetReached if the worst case of an attempt, the first or a retry, does not fit under
   * the cap
   */
  call(model: Model, request: ModelRequest, options: CallOptions): Promise<CallResult>;
}

const DEFAULT_DEADLINE_MS = 600_000;
const DEFAULT_MAX_ATTEMPTS = 6;
const NOTHING_SENT: SlotOutcome = { kind: 'other', spent: 0 };

type Failure = Pick<ModelError, 'kind' | 'message'>;
const ABORTED: Failure = { kind: 'aborted', message: 'aborted by us' };

/**
 * The one layer that retries. Before each attempt it takes a slot and rate tokens of the model's
 * lane, then reserves the attempt's worst case; after it, it settles the true cost and records every
 * attempt that was or may have been billed.
 */
export function createCaller(options: CallerOptions): Caller {
  const { gate, limits, random, onEvent } = options;
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const maxAttempts = options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  const lanes = new Map<string, Lane>();

  const laneOf = ({ rateLimitKey }: Model): Lane => {
    let lane = lanes.get(rateLimitKey);
    if (lane === undefined) {
      const { maxConcurrency, byKey } = limits;
      const common = { maxConcurrency, requestsPerMinute: null, tokensPerMinute: null };
      lane = new Lane({ ...common, ...byKey?.[rateLimitKey] }, options);
      lanes.set(rateLimitKey, lane);
    }
    return lane;
  };

  async function call(
    model: Model,
    request: ModelRequest,
    { purpose, operationId, signal }: CallOptions,
  ): Promise<CallResult> {
    // All calls of a run listen to the same signal; beyond ten Node would take that for a leak.
    setMaxListeners(0, signal);
    const lane = laneOf(model);
    const worst = worstCaseOf(model, request);
    const tokens = worst.usage.input + worst.usage.output;
    const usage: UsageRecord[] = [];
    let attempts = 0;
    let totalLatencyMs = 0;
    let deadline = Number.POSITIVE_INFINITY;
    let lastError: ModelError | null = null;
    const failed = ({ kind, message }: Failure): CallResult => ({
      ok: false,
      error: { kind, message },
      usage,
      attempts,
      latencyMs: totalLatencyMs,
    });

    try {
      while (true) {
        const slot = await lane.acquire(tokens, signal);
        if (slot === null) return failed(ABORTED);
        // A retry may have waited for its slot beyond the deadline.
        const late = options.now() > deadline ? lastError : null;
        if (late !== null || signal.aborted) {
          slot.release(NOTHING_SENT);
          return failed(late ?? ABORTED);
        }
        const reservation = reserve(gate, worst, slot);
        attempts++;
        if (attempts === 1) deadline = options.now() + deadlineMs;
        const head = { operationId, attempt: attempts, runId: options.runId, purpose };
        const made = await meteredAttempt(model, request, worst, head, options, signal);
        const { record, latencyMs } = made;
        totalLatencyMs += latencyMs;
        if (record !== null) usage.push(record);
        // What a recorded answer cost was paid long ago.
        reservation.settle(model.origin === 'recorded' ? 0 : (record?.cost ?? 0));
        slot.release(releaseOf(made));

        if (made.end === 'mistake') throw made.mistake;
        if (made.end === 'answer') {
          return { ok: true, answer: made.answer, usage, attempts, latencyMs };
        }
        const { error } = made;
        lastError = error;
        if (error.kind === 'rate_limit') {
          const { rateLimitKey } = model;
          onEvent?.({ kind: 'slowed', rateLimitKey, concurrency: lane.concurrency });
        }
        if (!error.retryable || attempts >= maxAttempts) return failed(error);
        const waitMs = backoffMs(attempts, error.retryAfterMs, random);
        if (options.now() + waitMs > deadline) return failed(error);
        const { kind } = error;
        onEvent?.({ kind: 'retry', model: model.id, attempt: attempts, error: kind, waitMs });
        await options.sleep(waitMs, signal);
      }
    } catch (rejection) {
      if (usage.length > 0) options.onAbandoned(usage);
      throw rejection;
    }
  }

  return { call };
}

/** A refused reservation gives the slot back, as nothing will be sent with it. */
function reserve(gate: SpendGate, worst: WorstCase, slot: Slot): Reservation {
  try {
    return gate.reserve(worst.cost);
  } catch (refusal) {
    slot.release(NOTHING_SENT);
    throw refusal;
  }
}

function releaseOf(made: MeteredAttempt): SlotOutcome {
  if (made.end === 'answer') {
    const { usage } = made.answer;
    return { kind: 'well', spent: usage === null ? null : usage.input + usage.output };
  }
  const retryAfterMs = made.end === 'error' ? made.error.retryAfterMs : null;
  const limited = made.end === 'error' && made.error.kind === 'rate_limit';
  // What a provider refused it does not count; what it may have billed, it may have counted.
  const spent = made.record === null ? 0 : null;
  return { kind: limited ? 'rate_limited' : 'other', retryAfterMs, spent };
}
