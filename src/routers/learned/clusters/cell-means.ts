/**
 * What models gave in each of several cells of prompts, one value a prompt and model. Cells that were
 * never measured are missing, not 0.
 */
export class CellMeans {
  readonly models: number;
  readonly cells: number;
  /** Cells × models: how many values, and their sum. */
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  constructor(cells: number, models: number) {
    this.cells = cells;
    this.models = models;
    this.#counts = new Float64Array(cells * models);
    this.#sums = new Float64Array(cells * models);
  }

  /**
   * Counts values in.
   * @param values prompts × models; NaN is passed over
   * @param cellOf cell of each prompt; a negative one is passed over
   */
  add(values: Float64Array, cellOf: ArrayLike<number>): this {
    for (let row = 0; row < cellOf.length; row++) {
      if (cellOf[row]! < 0) continue;
      const from = row * this.models;
      const to = cellOf[row]! * this.models;
      for (let model = 0; model < this.models; model++) {
        const value = values[from + model]!;
        if (Number.isNaN(value)) continue;
        this.#counts[to + model]!++;
        this.#sums[to + model]! += value;
      }
    }
    return this;
  }

  /** Means and counts put back, cells × models, as `means` and `counts` gave them. */
  static from(means: ArrayLike<number>, counts: ArrayLike<number>, models: number): CellMeans {
    const table = new CellMeans(counts.length / models, models);
    for (let at = 0; at < counts.length; at++) {
      table.#counts[at] = counts[at]!;
      table.#sums[at] = counts[at] === 0 ? 0 : counts[at]! * means[at]!;
    }
    return table;
  }

  count(cell: number, model: number): number {
    return this.#counts[cell * this.models + model]!;
  }

  /** NaN where nothing was measured. */
  mean(cell: number, model: number): number {
    return this.#sums[cell * this.models + model]! / this.count(cell, model);
  }

  /**
   * Pulls an estimate by model towards the means of a cell: (sum + strength · estimate) / (count +
   * strength), as if `strength` prompts had given the estimate. Models not measured there stay.
   */
  pull(estimate: Float64Array, cell: number, strength: number): void {
    const from = cell * this.models;
    for (let model = 0; model < this.models; model++) {
      const count = this.#counts[from + model]!;
      if (count === 0) continue;
      const sum = this.#sums[from + model]!;
      estimate[model] = (sum + strength * estimate[model]!) / (count + strength);
    }
  }
}
