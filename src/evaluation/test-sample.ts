import {
  type BootstrapSums,
  bootstrapSums,
  type CostQuality,
  percentileInterval,
  sum,
} from '../statistics/index.js';
import type { Estimate } from './comparison.js';
import type { Contender, FittedFold } from './fit-fold.js';

/** What a procedure does over all test rows: one contender for each fold. */
export type Procedure = readonly Contender[];

/** Means over the test rows, or over one resample of them. */
export interface SampleView {
  /** Over all folds; NaN where nothing was drawn. */
  at(procedure: Procedure): CostQuality;
  /** Over the test part of one fold. */
  inFold(contender: Contender, fold: number): CostQuality;
  /** Test rows of one fold. */
  rows(fold: number): number;
}

/** Test rows of all folds one after another, and everything that landed on them, resampled together. */
export class TestSample {
  readonly rows: number;
  /** Prompt index, group index and fold of each test row. */
  readonly prompts: Int32Array;
  readonly groups: Int32Array;
  readonly view: SampleView;
  readonly #folds: Int32Array;
  readonly #views: SampleView[];
  readonly #groupCount: number;

  /** @param groupOf group index of each prompt */
  constructor(fitted: readonly FittedFold[], groupOf: Int32Array, resamples: number, seed: number) {
    this.prompts = Int32Array.from(fitted.flatMap(({ fold }) => [...fold.test]));
    this.rows = this.prompts.length;
    this.groups = this.prompts.map((prompt) => groupOf[prompt]!);
    this.#groupCount = new Set(this.groups).size;
    this.#folds = Int32Array.from(
      fitted.flatMap(({ fold }, index) => Array.from(fold.test, () => index)),
    );
    const columns = new Map<Contender, number>();
    const width = Math.max(...fitted.map((fold) => contendersOf(fold).length));
    const series = Array.from({ length: 2 * width }, () => new Float64Array(this.rows));
    const exact = new Float64Array(fitted.length * 2 * width);
    let from = 0;
    fitted.forEach((fold, index) => {
      contendersOf(fold).forEach((contender, column) => {
        columns.set(contender, column);
        series[2 * column]!.set(contender.test.quality, from);
        series[2 * column + 1]!.set(contender.test.cost, from);
        exact[(index * width + column) * 2] = sum(contender.test.quality);
        exact[(index * width + column) * 2 + 1] = sum(contender.test.cost);
      });
      from += fold.fold.test.length;
    });
    const sizes = Float64Array.from(fitted, ({ fold }) => fold.test.length);
    const parts = fitted.length;
    this.view = viewOf(
      { resamples: 1, series: 2 * width, parts, sums: exact, rows: sizes },
      0,
      columns,
    );
    const drawn = bootstrapSums({
      series,
      groups: this.groups,
      parts: this.#folds,
      resamples,
      seed,
    });
    // The last folds may be empty of rows only if there are none at all, so parts agree.
    this.#views = Array.from({ length: resamples }, (_, b) => viewOf(drawn, b, columns));
  }

  /** A statistic on the sample with its percentile interval over the resamples; nulls where undefined. */
  estimate(statistic: (view: SampleView) => number): Estimate {
    return this.estimateFrom(statistic(this.view), this.resampled(statistic));
  }

  estimateFrom(value: number, resampled: Float64Array, level = 0.95): Estimate {
    if (!Number.isFinite(value)) return { mean: null, low: null, high: null };
    const interval = this.#groupCount < 2 ? null : percentileInterval(resampled, level);
    return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null };
  }

  resampled(statistic: (view: SampleView) => number): Float64Array {
    return Float64Array.from(this.#views, (view) => {
      const value = statistic(view);
      return Number.isFinite(value) ? value : Number.NaN;
    });
  }

  /** One column of a procedure over all test rows. */
  column(procedure: Procedure, of: 'quality' | 'cost' | 'latency'): Float64Array {
    const values = new Float64Array(this.rows);
    let from = 0;
    for (const contender of procedure) {
      values.set(contender.test[of], from);
      from += contender.test[of].length;
    }
    return values;
  }

  /** Share of test rows that each model answered, by index. */
  shares(procedure: Procedure): Float64Array {
    const width = procedure[0]!.test.answered.length;
    return Float64Array.from(
      { length: width },
      (_, m) => sum(procedure.map(({ test }) => test.answered[m]!)) / this.rows,
    );
  }
}

/** Everything of a fold that landed on its test part. */
function contendersOf(fold: FittedFold): Contender[] {
  return [...fold.always, ...fold.baselines, ...[...fold.routers.values()].flat()];
}

function viewOf(
  of: BootstrapSums,
  resample: number,
  columns: ReadonlyMap<Contender, number>,
): SampleView {
  const offset = (contender: Contender, fold: number): number =>
    (resample * of.parts + fold) * of.series + 2 * columns.get(contender)!;
  const rows = (fold: number): number => of.rows[resample * of.parts + fold]!;
  return {
    at(procedure) {
      let quality = 0;
      let cost = 0;
      let count = 0;
      for (let fold = 0; fold < procedure.length; fold++) {
        const at = offset(procedure[fold]!, fold);
        quality += of.sums[at]!;
        cost += of.sums[at + 1]!;
        count += rows(fold);
      }
      return { quality: quality / count, cost: cost / count };
    },
    inFold(contender, fold) {
      const at = offset(contender, fold);
      return { quality: of.sums[at]! / rows(fold), cost: of.sums[at + 1]! / rows(fold) };
    },
    rows,
  };
}
