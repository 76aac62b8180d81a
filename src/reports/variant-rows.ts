import type { Estimate, VariantResult } from '../evaluation/index.js';
import {
  count,
  dollars,
  fraction,
  interval,
  percent,
  percentPoints,
  signed,
  UNKNOWN,
} from './numbers.js';

/** What a table of compressions shows, in every form of the report. */
export const VARIANT_COLUMNS = [
  'compression',
  'model',
  'changed',
  'quality without → with',
  'Δ quality [95 %]',
  '$ per 1k',
  'saving [95 %]',
  'tokens in',
  'it pays',
] as const;

export const VARIANT_ANSWERS: Readonly<Record<VariantResult['answer'], string>> = {
  pays: 'yes',
  does_not_pay: 'no',
  too_close: 'too close',
};

/** The cells of one row, in the order of `VARIANT_COLUMNS`. */
export function variantCells(
  row: VariantResult,
  nameOf: (model: string) => string,
): readonly string[] {
  const whole = (value: number | null): string => percent(value, 0);
  const tokens = (value: number | null): string =>
    value === null ? UNKNOWN : count(Math.round(value));
  return [
    row.variant,
    nameOf(row.model),
    `${count(row.changed)} of ${count(row.prompts)}`,
    change(row.qualityWithout, row.quality, fraction),
    interval(row.difference, signed(fraction)),
    change(row.costUsdPer1kWithout, row.costUsdPer1k, dollars),
    interval(row.costSaving, whole, percentPoints),
    `${tokens(row.inputTokensWithout)} → ${tokens(row.inputTokens)}`,
    VARIANT_ANSWERS[row.answer],
  ];
}

function change(
  without: Estimate,
  compressed: Estimate,
  write: (value: number | null) => string,
): string {
  if (without.mean === null || compressed.mean === null) return UNKNOWN;
  return `${write(without.mean)} → ${write(compressed.mean)}`;
}

/** Over what the intervals are, and how the answers were reached. */
export function variantsNote(rows: readonly VariantResult[], margin: number): string {
  const { prompts = 0, groups = 0, dropped = 0 } = rows[0] ?? {};
  const left = dropped > 0 ? `; ${count(dropped)} left out for all alike` : '';
  return `each model with compressed prompts against the same prompts as they are, paired over ${count(prompts)} prompts in ${count(groups)} groups${left}; a compression pays where quality stays within ${margin} and cost is lower, both one-sided, after Holm's correction for ${count(rows.length)} comparisons`;
}
