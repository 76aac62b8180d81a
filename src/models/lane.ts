import type { Clock } from './clock.js';
import { TokenBucket } from './token-bucket.js';

/** What may be asked of the models that share a rate limit. */
export interface LaneLimits {
  /** Most attempts under way at once: the ceiling under which concurrency adapts. */
  readonly maxConcurrency: number;
  readonly requestsPerMinute: number | null;
  /** Input tokens and the most output tokens of a request both count. */
  readonly tokensPerMinute: number | null;
}

/** How an attempt ended, as far as limits care. */
export interface SlotOutcome {
  readonly kind: 'well' | 'rate_limited' | 'other';
  /** How long the provider asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | null;
  /** Tokens that the attempt really took; null or absent where unknown. */
  readonly spent?: number | null;
}

/** Leave to send one attempt. */
export interface Slot {
  /** Gives the slot back; call it exactly once. */
  release(outcome: SlotOutcome): void;
}

interface Waiter {
  readonly tokens: number;
  readonly admit: (slot: Slot) => void;
}

/**
 * Admits attempts, first come first served, under an adaptive concurrency limit and optional rates.
 *
 * The limit starts at its ceiling, grows by one for each full round of successes and is halved by a
 * 429 (additive increase, multiplicative decrease: Chiu & Jain 1989), never below 1. The refusals of
 * attempts that were under way together halve it once. A 429 that says how long to wait stops all
 * admissions until then.
 */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #clock: Clock;
  readonly #requests: TokenBucket | null;
  readonly #tokens: TokenBucket | null;
  readonly #queue = new Set<Waiter>();
  #limit: number;
  #inFlight = 0;
  #halvings = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #alarm: AbortController | null = null;

  /** @throws RangeError quoting the value, if a limit is not a number that can be kept */
  constructor(limits: LaneLimits, clock: Clock) {
    const { maxConcurrency, requestsPerMinute, tokensPerMinute } = limits;
    if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) {
      throw new RangeError(
        `Expected \`maxConcurrency\` to be an integer from 1 up, got ${maxConcurrency}`,
      );
    }
    const now = clock.now();
    this.#limits = limits;
    this.#clock = clock;
    this.#limit = maxConcurrency;
    this.#requests = requestsPerMinute === null ? null : new TokenBucket(requestsPerMinute, now);
    this.#tokens = tokensPerMinute === null ? null : new TokenBucket(tokensPerMinute, now);
  }

  /** Attempts that may be under way now. */
  get concurrency(): number {
    return Math.floor(this.#limit);
  }

  /** Resolves with leave to send, or with null when `signal` is aborted first. */
  acquire(tokens: number, signal: AbortSignal): Promise<Slot | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (this.#queue.size === 0 && this.#waitMs(tokens) === 0) {
      return Promise.resolve(this.#admit(tokens));
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        tokens,
        admit: (slot) => {
          signal.removeEventListener('abort', leave);
          resolve(slot);
        },
      };
      const leave = (): void => {
        this.#queue.delete(waiter);
        resolve(null);
        this.#pump();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.add(waiter);
      this.#pump();
    });
  }

  // No await between the check of the capacity and the increment: every admission is one
  // synchronous step, so the limit holds however many wait.
  #pump(): void {
    this.#alarm?.abort();
    this.#alarm = null;
    for (const waiter of this.#queue) {
      const wait = this.#waitMs(waiter.tokens);
      if (wait === Number.POSITIVE_INFINITY) return;
      if (wait > 0) {
        this.#wakeIn(wait);
        return;
      }
      this.#queue.delete(waiter);
      waiter.admit(this.#admit(waiter.tokens));
    }
  }

  /** 0 to admit now, Infinity where only a release can help. */
  #waitMs(tokens: number): number {
    if (this.#inFlight >= this.concurrency) return Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    return Math.max(
      0,
      this.#pausedUntil - now,
      this.#requests?.waitMs(1, now) ?? 0,
      this.#tokens?.waitMs(tokens, now) ?? 0,
    );
  }

  #wakeIn(ms: number): void {
    const alarm = new AbortController();
    this.#alarm = alarm;
    // Timers may fire a little early; a whole millisecond more keeps them from spinning.
    void this.#clock.sleep(Math.ceil(ms), alarm.signal).then(() => {
      if (!alarm.signal.aborted) this.#pump();
    });
  }

  #admit(tokens: number): Slot {
    this.#inFlight++;
    this.#requests?.take(1);
    this.#tokens?.take(tokens);
    const halvings = this.#halvings;
    return {
      release: ({ kind, retryAfterMs = null, spent = null }) => {
        this.#inFlight--;
        if (spent !== null) this.#tokens?.take(spent - tokens);
        if (kind === 'well') {
          this.#limit = Math.min(this.#limits.maxConcurrency, this.#limit + 1 / this.#limit);
        }
        if (kind === 'rate_limited') {
          if (halvings === this.#halvings) {
            this.#limit = Math.max(1, this.#limit / 2);
            this.#halvings++;
          }
          if (retryAfterMs !== null) {
            const until = this.#clock.now() + retryAfterMs;
            this.#pausedUntil = Math.max(this.#pausedUntil, until);
          }
        }
        this.#pump();
      },
    };
  }
}
