import { fromUsd, type NanoUsd, type Reservation } from '../../costs/index.js';
import { TokenBucket } from '../../models/index.js';
import type { TenantConfig } from '../service-config.js';
import { PeriodBudget } from './period-budget.js';

/** What a tenant has spent in the current day and month. */
export interface SpentSoFar {
  readonly day: NanoUsd;
  readonly month: NanoUsd;
}

/** The limits of one tenant and how far it has used them. Times are milliseconds since the epoch. */
export class TenantAccount {
  readonly #budgets: readonly PeriodBudget[];
  readonly #requests: TokenBucket | null;
  readonly #tokens: TokenBucket | null;

  constructor(config: TenantConfig, spent: SpentSoFar, now: number) {
    const { dailyUsd, monthlyUsd, softShare, requestsPerMinute, tokensPerMinute } = config;
    this.#budgets = [
      new PeriodBudget('day', nanoOf(dailyUsd), softShare, now, spent.day),
      new PeriodBudget('month', nanoOf(monthlyUsd), softShare, now, spent.month),
    ];
    this.#requests = bucketOf(requestsPerMinute, now);
    this.#tokens = bucketOf(tokensPerMinute, now);
  }

  /** @throws TenantBudgetReached where one of the budgets is too small; nothing is reserved then */
  reserve(worst: NanoUsd, now: number): Reservation {
    const held: Reservation[] = [];
    try {
      for (const budget of this.#budgets) held.push(budget.reserve(worst, now));
    } catch (error) {
      for (const reservation of held) reservation.settle(0);
      throw error;
    }
    return {
      settle: (actual) => {
        for (const reservation of held) reservation.settle(actual);
      },
    };
  }

  admit(tokens: number, now: number): number {
    const wait = Math.max(
      this.#requests?.waitMs(1, now) ?? 0,
      this.#tokens?.waitMs(tokens, now) ?? 0,
    );
    if (wait > 0) return Math.ceil(wait);
    this.#requests?.take(1);
    this.#tokens?.take(tokens);
    return 0;
  }

  warning(now: number): string | null {
    const warnings = this.#budgets.flatMap((budget) => budget.warning(now) ?? []);
    return warnings.length === 0 ? null : warnings.join('; ');
  }
}

function nanoOf(usd: number | null): NanoUsd | null {
  return usd === null ? null : fromUsd(usd);
}

/** A minute's worth may come at once, as people read "60 a minute" that way; the average holds. */
function bucketOf(perMinute: number | null, now: number): TokenBucket | null {
  return perMinute === null ? null : new TokenBucket(perMinute, now, perMinute);
}
