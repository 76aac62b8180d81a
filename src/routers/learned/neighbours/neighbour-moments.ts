import type { Neighbours } from './most-similar.js';

/**
 * Weighted mean and spread, by column, of what neighbours gave. Scratch space: what it holds is of
 * the neighbours last taken in. Values that are missing (NaN) are passed over, column by column.
 */
export class NeighbourMoments {
  readonly columns: number;
  /** Sum of weights; 0 where no neighbour has a value. */
  readonly weight: Float64Array;
  /** NaN where no neighbour has a value. */
  readonly mean: Float64Array;
  /** Weighted variance about the mean. */
  readonly variance: Float64Array;
  /** As many neighbours of equal weight would tell as much: (Σw)² / Σw². */
  readonly effective: Float64Array;

  constructor(columns: number) {
    this.columns = columns;
    this.weight = new Float64Array(columns);
    this.mean = new Float64Array(columns);
    this.variance = new Float64Array(columns);
    this.effective = new Float64Array(columns);
  }

  /**
   * @param values rows × columns
   * @param count how many of the neighbours to take, the most similar first
   * @param weigh whether similarity is a neighbour's weight; else each counts 1
   */
  take(neighbours: Neighbours, values: Float64Array, count: number, weigh: boolean): this {
    const { rows, similarity } = neighbours;
    const { columns, weight, mean, variance, effective } = this;
    weight.fill(0);
    mean.fill(0);
    variance.fill(0);
    effective.fill(0);
    const end = Math.min(count, rows.length);
    for (let at = 0; at < end; at++) {
      const counts = weigh ? similarity[at]! : 1;
      const from = rows[at]! * columns;
      for (let column = 0; column < columns; column++) {
        const value = values[from + column]!;
        if (Number.isNaN(value)) continue;
        weight[column]! += counts;
        mean[column]! += counts * value;
        variance[column]! += counts * value * value;
        effective[column]! += counts * counts;
      }
    }
    for (let column = 0; column < columns; column++) {
      const total = weight[column]!;
      mean[column]! /= total;
      variance[column] = Math.max(0, variance[column]! / total - mean[column]! ** 2);
      effective[column] = total === 0 ? 0 : total ** 2 / effective[column]!;
    }
    return this;
  }

  /** The mean pulled towards 0, which counts for `shrinkage` beside the weights; 0 without a neighbour. */
  shrunk(column: number, shrinkage: number): number {
    const weight = this.weight[column]!;
    return weight === 0 ? 0 : (this.mean[column]! * weight) / (weight + shrinkage);
  }
}
