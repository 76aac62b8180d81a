import type { Comparison } from '../evaluation/index.js';

/** Beyond this ratio of the dearest to the cheapest, the cheap ones would lie on one another. */
const LOG_FROM = 20;

/** Whether costs are told apart better by their ratios; never where one of them is nothing. */
export function isLogAxis(costs: readonly number[]): boolean {
  const least = Math.min(...costs);
  return costs.length > 0 && least > 0 && Math.max(...costs) / least >= LOG_FROM;
}

export function costLabel({ costBasis }: Comparison): string {
  return costBasis === 'usd'
    ? 'US dollars per 1,000 prompts'
    : 'share of calls to the strong model';
}

/** Round numbers from `low` to `high`: 1, 2 or 5 times a power of ten apart. */
export function linearTicks(low: number, high: number, wanted: number): readonly number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** 1, 2 and 5 times powers of ten from `low` to `high`, both above 0. */
export function logTicks(low: number, high: number): readonly number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const one of [1, 2, 5]) {
      const tick = Number((one * 10 ** power).toPrecision(12));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
