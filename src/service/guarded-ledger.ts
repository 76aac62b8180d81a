import type { Clock } from '../models/index.js';
import type { ServiceLedger } from './ledger.js';
import type { LedgerEntry } from './operation.js';

/** Between two attempts at a ledger that took nothing, in milliseconds. */
const PROBE_MS = 1_000;

/** How long what is known of a ledger that took nothing counts as news, in milliseconds. */
const RECENT_MS = 10_000;

/**
 * A ledger that knows whether it takes entries. Once it rejects one it is closed, so that nobody pays
 * for what cannot be booked, until it takes one again: that of an operation which was under way, or
 * that of one refused meanwhile, of which one a second is tried.
 */
export class GuardedLedger {
  readonly #ledger: Pick<ServiceLedger, 'record'>;
  readonly #clock: Pick<Clock, 'now'>;
  /** Milliseconds since the epoch of the latest attempt since it closed; null while it is open. */
  #triedAt: number | null = null;

  constructor(ledger: Pick<ServiceLedger, 'record'>, clock: Pick<Clock, 'now'>) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Whether a request may be taken on. */
  get open(): boolean {
    return this.#triedAt === null;
  }

  /**
   * Whether the service may be sent requests, as far as is known. What was seen long ago says
   * nothing: a balancer that left for good would never send the request that finds out.
   */
  get accepting(): boolean {
    return this.#triedAt === null || this.#clock.now() - this.#triedAt >= RECENT_MS;
  }

  /** Whether the entry of an operation that was refused is to be tried; then nobody else's is for a while. */
  claimProbe(): boolean {
    if (this.#triedAt === null) return true;
    const now = this.#clock.now();
    if (now - this.#triedAt < PROBE_MS) return false;
    this.#triedAt = now;
    return true;
  }

  /** @throws what the ledger rejects with */
  async record(entry: LedgerEntry): Promise<void> {
    try {
      await this.#ledger.record(entry);
    } catch (error) {
      this.#triedAt = this.#clock.now();
      throw error;
    }
    this.#triedAt = null;
  }
}
