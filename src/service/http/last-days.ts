const DAY_MS = 86_400_000;

/** The last so many days in UTC, today among them. @param now milliseconds since the epoch */
export function lastDays(days: number, now: number) {
  return { start_date: isoDay(now - (days - 1) * DAY_MS), end_date: isoDay(now) };
}

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
