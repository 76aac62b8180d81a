import { BudgetReached } from '../costs/index.js';
import {
  backoffMs,
  type Clock,
  ModelError,
  type Upstream,
  type UpstreamReply,
} from '../models/index.js';
import type { Rng } from '../statistics/index.js';
import { WireRequestError } from '../wire/index.js';
import type { Meter, OpenAttempt } from './meter.js';
import type { ModelHealth } from './model-health.js';
import { CLIENT_LEFT, Refusal, refusalOf } from './refusal.js';
import type { LimitedRequest } from './request-limits.js';

/** What is told of an attempt that failed. */
export interface FailedAttempt {
  readonly model: string;
  /** The class of error. */
  readonly error: string;
  /** What comes next: a wait of so many milliseconds, the next model, or nothing. */
  readonly next: { readonly waitMs: number } | { readonly model: string } | null;
}

export interface GenerateOptions<T> {
  /** Asked in this order, at least one. */
  readonly chain: readonly Upstream[];
  readonly chat: LimitedRequest;
  /** Name of the format that the request came in. */
  readonly from: string;
  readonly meter: Meter;
  /** Attempts at one model before the next, at least 1. */
  readonly attempts: number;
  readonly clock: Clock;
  /** For the jitter of waits. */
  readonly random: Rng;
  /** Aborted when nobody waits for the answer any more. */
  readonly stop: AbortSignal;
  /**
   * Takes what an upstream sends as far as it can still be taken back, and sees to it that the
   * attempt is booked, whether it resolves or rejects.
   */
  readonly take: (reply: UpstreamReply, attempt: OpenAttempt) => Promise<T>;
  readonly health: ModelHealth;
  /** Told of a model that is left for last, as it has kept failing. */
  readonly onPassedOver?: ((model: string) => void) | undefined;
  readonly onFailure?: ((failed: FailedAttempt) => void) | undefined;
}

export interface Generated<T> {
  readonly upstream: Upstream;
  readonly taken: T;
  /** Whether another model than the first was asked for it. */
  readonly fellBack: boolean;
}

/** A provider that asks for a longer wait is left for the next model, or its wish passed on. */
const LONGEST_WAIT_MS = 2_000;

/**
 * Asks models until one answers: each up to `attempts` times where asking again may help, then the
 * next, those that have kept failing last. A request that a model refuses as wrong is not sent anywhere else; one that a model's format
 * cannot say is, as nothing was sent.
 * @throws Refusal with what the last one failed by; 402 where a budget does not allow the attempt
 */
export async function generate<T>(options: GenerateOptions<T>): Promise<Generated<T>> {
  const { chat, clock, health, stop } = options;
  const chain = healthiestFirst(options);
  let refusal: Refusal | null = null;
  for (const [at, upstream] of chain.entries()) {
    const next = chain[at + 1] ?? null;
    const errors: string[] = [];
    health.asks(upstream.id, clock.now());
    for (let attempt = 1; ; attempt++) {
      if (stop.aborted) throw CLIENT_LEFT;
      try {
        const taken = await attemptOnce(upstream, options);
        health.answered(upstream.id);
        return { upstream, taken, fellBack: upstream !== options.chain[0] };
      } catch (error) {
        if (error instanceof Refusal) throw error;
        // What was asked in another format than this model's can fail at every such model alike.
        if (error instanceof WireRequestError) {
          refusal ??= unsayable(error, upstream);
          tell(options, upstream, 'unsayable', next && { model: next.id });
          break;
        }
        if (!(error instanceof ModelError)) throw error;
        if (stop.aborted) throw CLIENT_LEFT;
        errors.push(error.kind);
        if (error.kind === 'invalid_request') {
          tell(options, upstream, error.kind, null);
          throw refusalOf(error, upstream.id);
        }
        refusal = refusalOf(error, upstream.id);
        const waitMs = waitBefore(error, attempt, options);
        tell(
          options,
          upstream,
          error.kind,
          waitMs === null ? next && { model: next.id } : { waitMs },
        );
        if (waitMs === null) {
          health.failed(upstream.id, errors, clock.now());
          break;
        }
        await clock.sleep(waitMs, stop);
      }
    }
  }
  throw refusal ?? new TypeError(`Expected \`chain\` to name a model for "${chat.model}"`);
}

/** Models that have kept failing come last: asked only where no other answers. */
function healthiestFirst<T>({
  chain,
  clock,
  health,
  onPassedOver,
}: GenerateOptions<T>): readonly Upstream[] {
  if (chain.length === 1) return chain;
  const now = clock.now();
  const cooling = chain.filter(({ id }) => health.isCooling(id, now));
  if (cooling.length === 0 || cooling.length === chain.length) return chain;
  for (const { id } of cooling) onPassedOver?.(id);
  return [...chain.filter((upstream) => !cooling.includes(upstream)), ...cooling];
}

async function attemptOnce<T>(
  upstream: Upstream,
  { chat, from, meter, stop, take }: GenerateOptions<T>,
): Promise<T> {
  const attempt = reserve(upstream, chat, meter);
  let reply: UpstreamReply;
  try {
    reply = await upstream.send(chat, from, stop);
  } catch (error) {
    attempt.failed(error, null);
    throw error;
  }
  return take(reply, attempt);
}

function reserve(upstream: Upstream, chat: LimitedRequest, meter: Meter): OpenAttempt {
  try {
    return meter.open(upstream, chat);
  } catch (error) {
    throw error instanceof BudgetReached ? budgetRefusal(error) : error;
  }
}

export function budgetRefusal({ message }: BudgetReached): Refusal {
  return new Refusal('budget_exceeded', { status: 402, message, code: 'budget_exceeded' });
}

function unsayable(error: WireRequestError, { id }: Upstream): Refusal {
  return new Refusal('unsayable', {
    status: 400,
    message: `${id} cannot be asked this: ${error.message}`,
  });
}

/** Milliseconds until the same model is asked again; null where it is not. */
function waitBefore<T>(
  error: ModelError,
  attempt: number,
  { attempts, random }: GenerateOptions<T>,
): number | null {
  if (!error.retryable || attempt >= attempts) return null;
  const { retryAfterMs } = error;
  if (retryAfterMs !== null && retryAfterMs > LONGEST_WAIT_MS) return null;
  return backoffMs(attempt, retryAfterMs, random);
}

function tell<T>(
  { onFailure }: GenerateOptions<T>,
  { id }: Upstream,
  error: string,
  next: FailedAttempt['next'],
): void {
  onFailure?.({ model: id, error, next });
}
