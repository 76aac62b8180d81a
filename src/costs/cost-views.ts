import {
  type CostFilter,
  type CostGroup,
  type CostReports,
  type CostRow,
  checkDay,
} from './cost-reports.js';

/**
 * Totals of each of the last days, today included; days without anything are left out.
 * @param days at least 1
 * @param today ISO date, UTC
 * @throws RangeError quoting a number of days or a date that is none
 */
export function dailyCosts(
  reports: CostReports,
  days: number,
  today: string,
  filter: Omit<CostFilter, 'from' | 'to'> = {},
): Promise<readonly CostRow[]> {
  if (!Number.isSafeInteger(days) || days < 1) {
    throw new RangeError(`Expected \`days\` to be an integer of at least 1, got ${days}`);
  }
  const first = new Date(checkDay('today', today));
  first.setUTCDate(first.getUTCDate() - (days - 1));
  return reports.totals(['day'], {
    ...filter,
    from: first.toISOString().slice(0, 10),
    to: today,
  });
}

/** Totals of each calendar month, UTC. */
export function monthlyCosts(
  reports: CostReports,
  filter: CostFilter = {},
): Promise<readonly CostRow[]> {
  return reports.totals(['month'], filter);
}

/** Totals of each model, dearest first. */
export async function costsByModel(
  reports: CostReports,
  filter: CostFilter = {},
): Promise<readonly CostRow[]> {
  const rows = await reports.totals(['model'], filter);
  return rows.toSorted((a, b) => b.cost - a.cost);
}

/** Totals of a span of days, both ends included, broken down as asked. */
export function costReport(
  reports: CostReports,
  { groupBy, ...filter }: CostFilter & { readonly groupBy: CostGroup | readonly CostGroup[] },
): Promise<readonly CostRow[]> {
  return reports.totals(typeof groupBy === 'string' ? [groupBy] : groupBy, filter);
}
