import { z } from 'zod';
import {
  type CostFilter,
  type CostGroup,
  type CostReports,
  type CostRow,
  toUsd,
} from '../../costs/index.js';
import { Refusal } from '../refusal.js';

const usd = z.number().describe('US dollars.');
const count = z.int();

/** Figures of live operations; then the same of simulated ones, which spend nothing. */
export const costFigures = {
  operations: count.describe('Answered or tried, those from the cache included.'),
  cache_hits: count,
  attempts: count.describe('Billed.'),
  estimated: count.describe('Attempts booked at an estimate, as their count never arrived.'),
  unknown: count.describe('Attempts whose cost is unknown: they are in no sum.'),
  cost: usd,
  cache_saving: usd.describe('US dollars that the cache hits would have cost.'),
  input_tokens: count,
  output_tokens: count,
  simulated_operations: count,
  simulated_cache_hits: count,
  simulated_attempts: count,
  simulated_estimated: count,
  simulated_unknown: count,
  simulated_cost: usd.describe('US dollars that nobody spent.'),
  simulated_cache_saving: usd,
  simulated_input_tokens: count,
  simulated_output_tokens: count,
} as const;

export type CostFigures = z.infer<z.ZodObject<typeof costFigures>>;

/** Figures of one combination of the groups asked for. */
export interface GroupedFigures {
  readonly keys: CostRow['keys'];
  readonly figures: CostFigures;
}

/** Callers make as many tags as they like, and a report of all would stop everybody else for its time. */
const MOST_ROWS = 10_000;

/**
 * Totals by group, live and simulated side by side, ordered as the ledger orders them.
 * @throws Refusal 400 for more rows than one answer has
 */
export async function readCosts(
  ledger: CostReports,
  groups: readonly CostGroup[],
  filter: CostFilter,
): Promise<GroupedFigures[]> {
  const [live, simulated] = await Promise.all([
    ledger.totals(groups, { ...filter, origin: 'live' }),
    ledger.totals(groups, { ...filter, origin: 'simulated' }),
  ]);
  if (live.length > MOST_ROWS || simulated.length > MOST_ROWS) throw TOO_MANY_ROWS;
  const rows = new Map<string, { keys: CostRow['keys']; live?: CostRow; simulated?: CostRow }>();
  for (const row of live) rows.set(JSON.stringify(row.keys), { keys: row.keys, live: row });
  for (const row of simulated) {
    const id = JSON.stringify(row.keys);
    rows.set(id, { ...(rows.get(id) ?? { keys: row.keys }), simulated: row });
  }
  return [...rows.values()]
    .sort((a, b) => compareKeys(a.keys, b.keys))
    .map((row) => ({ keys: row.keys, figures: figuresOf(row.live, row.simulated) }));
}

const TOO_MANY_ROWS = new Refusal('invalid_request', {
  status: 400,
  message: `group_by: this comes to more than ${MOST_ROWS} rows; ask for fewer days or fewer groups.`,
  code: 'too_many_rows',
});

function figuresOf(live: CostRow | undefined, simulated: CostRow | undefined): CostFigures {
  return {
    operations: live?.operations ?? 0,
    cache_hits: live?.cacheHits ?? 0,
    attempts: live?.attempts ?? 0,
    estimated: live?.estimated ?? 0,
    unknown: live?.unknown ?? 0,
    cost: toUsd(live?.cost ?? 0),
    cache_saving: toUsd(live?.cacheSaving ?? 0),
    input_tokens: live?.inputTokens ?? 0,
    output_tokens: live?.outputTokens ?? 0,
    simulated_operations: simulated?.operations ?? 0,
    simulated_cache_hits: simulated?.cacheHits ?? 0,
    simulated_attempts: simulated?.attempts ?? 0,
    simulated_estimated: simulated?.estimated ?? 0,
    simulated_unknown: simulated?.unknown ?? 0,
    simulated_cost: toUsd(simulated?.cost ?? 0),
    simulated_cache_saving: toUsd(simulated?.cacheSaving ?? 0),
    simulated_input_tokens: simulated?.inputTokens ?? 0,
    simulated_output_tokens: simulated?.outputTokens ?? 0,
  };
}

/** By each key in turn; those that a record lacks come first. */
function compareKeys(a: CostRow['keys'], b: CostRow['keys']): number {
  for (let at = 0; at < a.length; at++) {
    const [left, right] = [a[at] ?? '', b[at] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
