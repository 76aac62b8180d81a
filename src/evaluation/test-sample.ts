import {
  type BootstrapSums,
  bootstrapSums,
  effectiveGroups,
  expandedLevel,
  percentileInterval,
  sum,
} from '../statistics/index.js';
import type { Estimate } from './comparison.js';
import type { Contender, FittedFold } from './fit-fold.js';

/** What a procedure does over all test rows: one contender for each fold. */
export type Procedure = readonly Contender[];

/** A statistic on the sample, at 0, and on each resample after it; NaN where undefined. */
export type Draws = Float64Array;

/** Means over rows. */
export interface MeanDraws {
  readonly quality: Draws;
  readonly cost: Draws;
}

/** Test rows of all folds one after another, and everything that landed on them, resampled together. */
export class TestSample {
  readonly rows: number;
  /** Groups that the rows are of: what is drawn. */
  readonly groupCount: number;
  /** How many groups of one size would say as much. */
  readonly effectiveGroups: number;
  /** Length of all draws: the resamples and one. */
  readonly size: number;
  /** Prompt index and group index of each test row. */
  readonly prompts: Int32Array;
  readonly groups: Int32Array;
  readonly #columns = new Map<Contender, number>();
  readonly #drawn: BootstrapSums;
  /** Sums over the sample itself: fold f, series s at `f * series + s`. */
  readonly #exact: Float64Array;
  readonly #foldRows: readonly number[];
  readonly #levels = new Map<number, number>();

  /** @param groupOf group index of each prompt */
  constructor(fitted: readonly FittedFold[], groupOf: Int32Array, resamples: number, seed: number) {
    this.prompts = Int32Array.from(fitted.flatMap(({ fold }) => [...fold.test]));
    this.rows = this.prompts.length;
    this.size = resamples + 1;
    this.groups = this.prompts.map((prompt) => groupOf[prompt]!);
    this.groupCount = new Set(this.groups).size;
    this.effectiveGroups = effectiveGroups(this.groups);
    this.#foldRows = fitted.map(({ fold }) => fold.test.length);
    const contenders = fitted.map(contendersOf);
    const width = Math.max(...contenders.map(({ length }) => length));
    this.#exact = new Float64Array(fitted.length * 2 * width);
    contenders.forEach((all, fold) => {
      all.forEach((contender, column) => {
        this.#columns.set(contender, column);
        const at = (fold * width + column) * 2;
        this.#exact[at] = sum(contender.test.quality);
        this.#exact[at + 1] = sum(contender.test.cost);
      });
    });
    this.#drawn = bootstrapSums({
      series: Array.from({ length: width }, (_, column) =>
        (['quality', 'cost'] as const).map((of) => this.#joined(contenders, column, of)),
      ).flat(),
      groups: this.groups,
      parts: Int32Array.from(fitted.flatMap(({ fold }, f) => Array.from(fold.test, () => f))),
      resamples,
      seed,
    });
  }

  /** Over all folds. */
  means(procedure: Procedure): MeanDraws {
    const quality = new Float64Array(this.size);
    const cost = new Float64Array(this.size);
    const rows = new Float64Array(this.size);
    procedure.forEach((contender, fold) => {
      this.#addSums(contender, fold, quality, cost);
      const here = this.rowsInFold(fold);
      for (let i = 0; i < this.size; i++) rows[i]! += here[i]!;
    });
    divide(quality, rows);
    divide(cost, rows);
    return { quality, cost };
  }

  /** Over the test part of one fold; NaN where nothing of it was drawn. */
  meansInFold(contender: Contender, fold: number): MeanDraws {
    const quality = new Float64Array(this.size);
    const cost = new Float64Array(this.size);
    this.#addSums(contender, fold, quality, cost);
    const rows = this.rowsInFold(fold);
    divide(quality, rows);
    divide(cost, rows);
    return { quality, cost };
  }

  /** Test rows of one fold. */
  rowsInFold(fold: number): Draws {
    const rows = new Float64Array(this.size);
    rows[0] = this.#foldRows[fold]!;
    // Folds at the end that hold no rows were never drawn from.
    if (fold < this.#drawn.parts) {
      const { resamples } = this.#drawn;
      rows.set(this.#drawn.rows.subarray(fold * resamples, (fold + 1) * resamples), 1);
    }
    return rows;
  }

  /** A statistic at each draw, from its place in the draws of what it is made of. */
  draw(statistic: (at: number) => number): Draws {
    const draws = new Float64Array(this.size);
    for (let at = 0; at < this.size; at++) {
      const value = statistic(at);
      draws[at] = Number.isFinite(value) ? value : Number.NaN;
    }
    return draws;
  }

  /** The statistic on the sample with its percentile interval over the resamples, expanded for few groups; nulls where undefined. */
  estimate(draws: Draws, level = 0.95): Estimate {
    const value = draws[0]!;
    if (!Number.isFinite(value)) return { mean: null, low: null, high: null };
    const interval =
      this.groupCount < 2 ? null : percentileInterval(draws.subarray(1), this.#expanded(level));
    return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null };
  }

  #expanded(level: number): number {
    const known = this.#levels.get(level) ?? expandedLevel(level, this.effectiveGroups);
    this.#levels.set(level, known);
    return known;
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

  #addSums(contender: Contender, fold: number, quality: Draws, cost: Draws): void {
    const { sums, resamples, series, parts } = this.#drawn;
    const column = 2 * this.#columns.get(contender)!;
    quality[0]! += this.#exact[fold * series + column]!;
    cost[0]! += this.#exact[fold * series + column + 1]!;
    if (fold >= parts) return;
    const ofQuality = (column * parts + fold) * resamples;
    const ofCost = ((column + 1) * parts + fold) * resamples;
    for (let b = 0; b < resamples; b++) {
      quality[b + 1]! += sums[ofQuality + b]!;
      cost[b + 1]! += sums[ofCost + b]!;
    }
  }

  #joined(
    contenders: readonly (readonly Contender[])[],
    column: number,
    of: 'quality' | 'cost',
  ): Float64Array {
    if (contenders.length === 1) return contenders[0]![column]!.test[of];
    const values = new Float64Array(this.rows);
    let from = 0;
    contenders.forEach((all, fold) => {
      const contender = all[column];
      if (contender !== undefined) values.set(contender.test[of], from);
      from += this.#foldRows[fold]!;
    });
    return values;
  }
}

/** Everything of a fold that landed on its test part. */
function contendersOf(fold: FittedFold): Contender[] {
  return [...fold.always, ...fold.baselines, ...[...fold.routers.values()].flat()];
}

function divide(values: Draws, by: Draws): void {
  for (let i = 0; i < values.length; i++) values[i]! /= by[i]!;
}
