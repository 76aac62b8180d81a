import { checkAmount, type NanoUsd, sumNano } from './money.js';
import type { Origin, Purpose, UsageRecord } from './usage.js';

/** Money of one kind: the exact sum of what is known, and how much is not. */
export interface CostTotal {
  /** Nano-dollars, over records whose cost is known. */
  readonly cost: NanoUsd;
  readonly records: number;
  /** Records whose cost is unknown; they are in no sum. */
  readonly unknown: number;
}

/** Totals for some records. `byPurpose` has only the purposes that occurred. */
export interface CostSummary {
  readonly total: CostTotal;
  readonly byPurpose: Readonly<Partial<Record<Purpose, CostTotal>>>;
}

const NOTHING: CostTotal = { cost: 0, records: 0, unknown: 0 };

/** Adds up usage records as they come, keeping totals only, so a long run stays small. */
export class CostTracker {
  readonly #totals = new Map<Origin, Map<Purpose, CostTotal>>();

  /** @throws RangeError if the cost is not an integer of nano-dollars from 0 up */
  add(record: Pick<UsageRecord, 'origin' | 'purpose' | 'cost'>): void {
    if (record.cost !== null) checkAmount('cost', record.cost);
    const byPurpose = this.#totals.get(record.origin) ?? new Map<Purpose, CostTotal>();
    const one = {
      cost: record.cost ?? 0,
      records: 1,
      unknown: record.cost === null ? 1 : 0,
    };
    byPurpose.set(record.purpose, plus(byPurpose.get(record.purpose) ?? NOTHING, one));
    this.#totals.set(record.origin, byPurpose);
  }

  /** @param origin `live` is money spent; any other must be labelled where it is shown. */
  summary(origin: Origin): CostSummary {
    const byPurpose = Object.fromEntries(this.#totals.get(origin) ?? []);
    return { total: Object.values(byPurpose).reduce(plus, NOTHING), byPurpose };
  }
}

function plus(a: CostTotal, b: CostTotal): CostTotal {
  return {
    cost: sumNano([a.cost, b.cost]),
    records: a.records + b.records,
    unknown: a.unknown + b.unknown,
  };
}
