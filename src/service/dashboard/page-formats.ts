// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

export type PageFormats = ReturnType<typeof pageFormats>;

/** How numbers are written. What is not known says so. */
export function pageFormats() {
  const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  const cents = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const UNKNOWN = 'unknown';

  const count = (value: number): string => whole.format(value);
  /** To the cent from a dollar on, to the millionth of one below a cent. */
  const usd = (value: number | null): string => {
    if (value === null) return UNKNOWN;
    const sign = value < 0 ? '−' : '';
    const size = Math.abs(value);
    if (size === 0 || size >= 0.99995) return `${sign}$${cents.format(size)}`;
    if (size >= 0.01) return `${sign}$${size.toFixed(4)}`;
    return size < 5e-7 ? `under $0.000001` : `${sign}$${size.toFixed(6)}`;
  };
  /** As many decimals as tell multiples of a step apart. */
  const axisUsd = (value: number, step: number): string =>
    value === 0 ? '$0' : `$${value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))}`;
  /** To the nano-dollar, which is as exact as the ledger is. */
  const exactUsd = (value: number | null): string =>
    value === null ? UNKNOWN : `$${value.toFixed(9).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
  const percent = (value: number | null): string => {
    if (value === null) return UNKNOWN;
    const shown = 100 * value;
    return `${shown >= 99.95 || shown === 0 ? shown.toFixed(0) : shown.toFixed(1)}\u00a0%`;
  };
  const share = (part: number, all: number): string => (all === 0 ? '–' : percent(part / all));
  const fraction = (value: number): string => value.toFixed(3);
  const ms = (value: number | null): string => {
    if (value === null) return '–';
    if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
    return value >= 10 ? `${count(value)} ms` : `${value.toFixed(1)} ms`;
  };
  const bytes = (value: number): string =>
    value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e3).toFixed(1)} kB`;
  const interval = (
    { mean, low, high }: { readonly mean: number; readonly low: number; readonly high: number },
    write: (value: number) => string,
  ): string =>
    low === mean && high === mean ? write(mean) : `${write(mean)} [${write(low)}, ${write(high)}]`;
  const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  /** `23 Nov` for `2026-11-23`. */
  const day = (date: string): string =>
    `${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1] ?? ''}`;
  /** UTC, as everything here; with its day unless that is today's. */
  const time = (at: string, today: string): string =>
    at.slice(0, 10) === today ? at.slice(11, 19) : `${day(at)} ${at.slice(11, 19)}`;
  /** Exact, as the ledger counts in nano-dollars. */
  const sumUsd = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + Math.round(value * 1e9), 0) / 1e9;
  return {
    count,
    usd,
    axisUsd,
    exactUsd,
    percent,
    share,
    fraction,
    ms,
    bytes,
    interval,
    day,
    time,
    sumUsd,
  };
}
