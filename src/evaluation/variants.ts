import type { OutcomeMatrix, RequestColumns } from '../outcomes/index.js';
import {
  bootstrapSums,
  boundedPValue,
  clusterDifference,
  clusterPValue,
  effectiveGroups,
  expandedLevel,
  holm,
  mean,
  percentileInterval,
  resampledMeans,
} from '../statistics/index.js';
import { type CommonPrompts, keepCommonPrompts } from './common-prompts.js';
import type { Estimate, VariantResult } from './comparison.js';
import { answerOf } from './variant-text.js';

/** A run with compressed prompts: every model as it is and in each variant, a column each. */
export interface MeasuredVariants extends RequestColumns {
  readonly matrix: OutcomeMatrix;
  /** Each model and variant, with the columns that hold it without and with the compression. */
  readonly pairs: readonly {
    readonly model: string;
    readonly variant: string;
    readonly without: number;
    readonly with: number;
  }[];
}

export interface VariantOptions {
  /** Group index of each prompt. */
  readonly groupOf: Int32Array;
  readonly margin: number;
  /** One-sided. */
  readonly alpha: number;
  readonly resamples: number;
  readonly seed: number;
  /** What must stand before every finding. */
  readonly prefix: string;
}

/** Statistics of the sample at 0 and of each resample after it. */
type Draws = Float64Array;

/**
 * Each compression with each model against the same model without it, paired by prompt: percentile
 * intervals over groups on the same resamples, one-sided tests of both conditions for it to pay (its
 * quality drop is within the margin, and it costs less), and Holm's correction over all of them.
 */
export function compareVariants(
  measured: MeasuredVariants | undefined,
  options: VariantOptions,
): { readonly variants: readonly VariantResult[]; readonly warnings: readonly string[] } {
  if (measured === undefined || measured.pairs.length === 0) return { variants: [], warnings: [] };
  const common = keepCommonPrompts(measured.matrix);
  if (common.rows.length === 0) {
    const warning =
      'Variants are not compared: no prompt has a scored and priced answer from every model with and without every compression.';
    return { variants: [], warnings: [warning] };
  }
  const sample = new PairedSample(common, options);
  const found = measured.pairs.map((pair) => measure(pair, measured, sample, options));
  const adjusted = holm(found.map(({ p }) => p));
  const variants = found.map(({ p, ...result }, at): VariantResult => {
    const pAdjusted = finite(adjusted[at]!);
    const facts = { ...result, pValue: finite(p), pAdjusted };
    return { ...facts, ...answerOf(facts, { ...options, tests: found.length }) };
  });
  return { variants, warnings: common.warnings.map((text) => `Variants: ${text}`) };
}

function measure(
  { model, variant, without, with: compressed }: MeasuredVariants['pairs'][number],
  measured: MeasuredVariants,
  sample: PairedSample,
  { margin }: VariantOptions,
) {
  const { common, groups } = sample;
  const usd = common.matrix.costBasis === 'usd';
  const [before, after] = [sample.means(without), sample.means(compressed)];
  const per1k = (draws: Draws): Estimate =>
    usd ? sample.estimate(draws.map((cost) => 1000 * cost)) : UNKNOWN;
  const saving = after.cost.map((cost, at) => 1 - cost / before.cost[at]!);
  const known = common.matrix.costBasis !== 'none';
  const quality = clusterDifference(
    sample.column('score', compressed),
    sample.column('score', without),
    groups,
  );
  const cheaper = clusterDifference(
    sample.column('cost', without),
    sample.column('cost', compressed),
    groups,
  );
  return {
    model,
    variant,
    prompts: common.rows.length,
    groups: sample.groupCount,
    dropped: common.matrix.prompts.length - common.rows.length,
    changed: changedPrompts(measured, common, without, compressed),
    quality: sample.estimate(after.quality),
    qualityWithout: sample.estimate(before.quality),
    difference: sample.estimate(after.quality.map((each, at) => each - before.quality[at]!)),
    costUsdPer1k: per1k(after.cost),
    costUsdPer1kWithout: per1k(before.cost),
    costSaving: known ? sample.estimate(saving) : UNKNOWN,
    ...tokensSent(measured, common, without, compressed),
    p: known ? Math.max(boundedPValue(quality, -margin), clusterPValue(cheaper, 0)) : Number.NaN,
  };
}

const UNKNOWN: Estimate = { mean: null, low: null, high: null };

/** The common prompts of all columns, resampled together. */
class PairedSample {
  readonly common: CommonPrompts;
  /** Group index of each common prompt. */
  readonly groups: Int32Array;
  readonly groupCount: number;
  readonly #level: number;
  readonly #drawn: ReturnType<typeof bootstrapSums>;

  constructor(common: CommonPrompts, { groupOf, resamples, seed }: VariantOptions) {
    this.common = common;
    this.groups = common.rows.map((row) => groupOf[row]!);
    this.groupCount = new Set(this.groups).size;
    this.#level = this.groupCount < 2 ? 0.95 : expandedLevel(0.95, effectiveGroups(this.groups));
    const series = common.matrix.models.flatMap((_, column) => [
      this.column('score', column),
      this.column('cost', column),
    ]);
    this.#drawn = bootstrapSums({ series, groups: this.groups, resamples, seed });
  }

  /** One model's values over the common prompts. */
  column(of: 'score' | 'cost', column: number): Float64Array {
    const { means, matrix, rows } = this.common;
    return Float64Array.from(rows, (row) => means[of][row * matrix.models.length + column]!);
  }

  means(column: number): { readonly quality: Draws; readonly cost: Draws } {
    return { quality: this.#draws('score', column), cost: this.#draws('cost', column) };
  }

  #draws(of: 'score' | 'cost', column: number): Draws {
    const series = 2 * column + (of === 'score' ? 0 : 1);
    const resampled = resampledMeans(this.#drawn, series);
    return Float64Array.from([mean(this.column(of, column)), ...resampled]);
  }

  /** With a percentile interval, expanded for few groups; nulls where undefined. */
  estimate(draws: Draws): Estimate {
    const value = draws[0]!;
    if (!Number.isFinite(value)) return UNKNOWN;
    const interval =
      this.groupCount < 2 ? null : percentileInterval(draws.subarray(1), this.#level);
    return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null };
  }
}

/** Common prompts that the compression sends otherwise. */
function changedPrompts(
  { cellKey }: MeasuredVariants,
  { matrix, rows }: CommonPrompts,
  without: number,
  compressed: number,
): number {
  const { models, trials } = matrix;
  const keyOf = (row: number, column: number) => cellKey[(row * models.length + column) * trials];
  return rows.filter((row) => keyOf(row, without) !== keyOf(row, compressed)).length;
}

/** Means over the common prompts and trials of which both counts are known. */
function tokensSent(
  { inputTokens }: MeasuredVariants,
  { matrix, rows }: CommonPrompts,
  without: number,
  compressed: number,
): Pick<VariantResult, 'inputTokens' | 'inputTokensWithout'> {
  const { models, trials } = matrix;
  const before: number[] = [];
  const after: number[] = [];
  for (const row of rows) {
    for (let trial = 0; trial < trials; trial++) {
      const own = inputTokens[(row * models.length + compressed) * trials + trial]!;
      const other = inputTokens[(row * models.length + without) * trials + trial]!;
      if (Number.isNaN(own) || Number.isNaN(other)) continue;
      after.push(own);
      before.push(other);
    }
  }
  if (before.length === 0) return { inputTokens: null, inputTokensWithout: null };
  return { inputTokens: mean(after), inputTokensWithout: mean(before) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
