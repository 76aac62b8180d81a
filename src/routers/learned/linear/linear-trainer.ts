import type { LinearDesign } from './linear-design.js';
import { addTimes, innerProducts, timesPlus } from './linear-lanes.js';
import { addRow, laneWidth, multiplyRow } from './linear-rows.js';

/** How far an output is from a score, and what a better one looks like. */
export interface LinearLoss {
  /** The output that means this score, for the constant to start from. */
  start(mean: number): number;
  /** The score that an output expects, in [0, 1]. */
  expected(output: number): number;
  /** Minus the derivative of the loss by the output. */
  residual(output: number, score: number): number;
  /** Second derivative of the loss by the output; above 0. */
  curvature(output: number): number;
  /** Newton steps that reach the optimum from near by: 1 where the loss is quadratic. */
  readonly steps: number;
}

/** Steps of conjugate gradients within one Newton step. */
const MAX_ITERATIONS = 200;

/**
 * Trains one linear model per output (a model to route to) on some rows of a design: minimises
 * Σ loss(output, score) + penalty / 2 · |weights|², the constant free, by
 * Newton's method whose steps are solved by conjugate gradients (Hestenes & Stiefel, 1952). All
 * outputs go in step, so that one pass over the rows serves them all. NaN scores are passed over.
 * Training goes on from where it stood: ask for penalties from strong to weak. Deterministic.
 */
export class LinearTrainer {
  readonly #design: LinearDesign;
  readonly #rows: Int32Array;
  readonly #scores: Float64Array;
  readonly #outputs: number;
  readonly #width: number;
  readonly #loss: LinearLoss;
  readonly #tolerance: number;
  /** Columns × width, row-major: sparse, dense, the constant. So are all vectors. */
  readonly #coefficients: Float64Array;
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #product: Float64Array;
  /** By row of `#rows` and output. */
  readonly #curvature: Float64Array;
  readonly #cell: Float64Array;
  /** Squared length of the gradient at the start, by output. */
  readonly #atStart: Float64Array;

  /**
   * @param rows of the design to train on
   * @param scores rows of the design × outputs
   * @param tolerance gradients this much smaller than at the start count as none
   */
  constructor(
    design: LinearDesign,
    rows: Int32Array,
    scores: Float64Array,
    outputs: number,
    loss: LinearLoss,
    tolerance: number,
  ) {
    this.#width = laneWidth(outputs);
    const length = (design.sparse + design.dense + 1) * this.#width;
    this.#design = design;
    this.#rows = rows;
    this.#scores = scores;
    this.#outputs = outputs;
    this.#loss = loss;
    this.#tolerance = tolerance;
    this.#coefficients = new Float64Array(length);
    this.#residual = new Float64Array(length);
    this.#direction = new Float64Array(length);
    this.#product = new Float64Array(length);
    this.#curvature = new Float64Array(rows.length * this.#width);
    this.#cell = new Float64Array(this.#width);
    this.#startFromMeans();
    this.#differentiate(0);
    this.#atStart = this.#inner(this.#residual, this.#residual);
  }

  /** @param steps of Newton's method at most; one is enough from the optimum of a similar penalty */
  train(penalty: number, steps = this.#loss.steps): void {
    for (let step = 0; step < steps; step++) {
      this.#differentiate(penalty);
      const left = this.#inner(this.#residual, this.#residual);
      if (this.#isSmall(left)) return;
      this.#solve(penalty, left);
    }
  }

  /** Columns × outputs, row-major: sparse, dense, the constant. */
  coefficients(): Float64Array {
    const columns = this.#coefficients.length / this.#width;
    const compact = new Float64Array(columns * this.#outputs);
    for (let column = 0; column < columns; column++) {
      for (let output = 0; output < this.#outputs; output++) {
        compact[column * this.#outputs + output] =
          this.#coefficients[column * this.#width + output]!;
      }
    }
    return compact;
  }

  /** The outputs of a row of the design; overwritten by the next call. */
  outputsOf(row: number): Float64Array {
    multiplyRow(this.#design, row, this.#coefficients, this.#width, this.#cell);
    return this.#cell;
  }

  #startFromMeans(): void {
    const constant = this.#coefficients.length - this.#width;
    for (let output = 0; output < this.#outputs; output++) {
      let total = 0;
      let count = 0;
      for (const row of this.#rows) {
        const score = this.#scores[row * this.#outputs + output]!;
        if (Number.isNaN(score)) continue;
        total += score;
        count++;
      }
      this.#coefficients[constant + output] = this.#loss.start(count === 0 ? 0.5 : total / count);
    }
  }

  /** Sets the residual to minus the gradient at the coefficients, and each cell's curvature. */
  #differentiate(penalty: number): void {
    const width = this.#width;
    const cell = this.#cell;
    const residual = this.#residual;
    const constant = residual.length - width;
    for (let at = 0; at < constant; at++) residual[at] = -penalty * this.#coefficients[at]!;
    residual.fill(0, constant);
    for (let at = 0; at < this.#rows.length; at++) {
      const row = this.#rows[at]!;
      multiplyRow(this.#design, row, this.#coefficients, width, cell);
      for (let output = 0; output < this.#outputs; output++) {
        const score = this.#scores[row * this.#outputs + output]!;
        const known = !Number.isNaN(score);
        this.#curvature[at * width + output] = known ? this.#loss.curvature(cell[output]!) : 0;
        cell[output] = known ? this.#loss.residual(cell[output]!, score) : 0;
      }
      cell.fill(0, this.#outputs);
      addRow(this.#design, row, cell, width, residual);
    }
  }

  /** Adds to the coefficients the Newton step: curvature · step = residual, solved to tolerance. */
  #solve(penalty: number, start: Float64Array): void {
    const width = this.#width;
    const coefficients = this.#coefficients;
    const residual = this.#residual;
    const direction = this.#direction;
    const product = this.#product;
    const length = new Float64Array(width);
    const back = new Float64Array(width);
    const turn = new Float64Array(width);
    direction.set(residual);
    let left = start;
    for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      this.#bend(penalty);
      const bent = this.#inner(direction, product);
      for (let output = 0; output < width; output++) {
        length[output] = bent[output]! > 0 ? left[output]! / bent[output]! : 0;
        back[output] = -length[output]!;
      }
      addTimes(coefficients, length, direction, width);
      addTimes(residual, back, product, width);
      const next = this.#inner(residual, residual);
      if (this.#isSmall(next)) return;
      for (let output = 0; output < width; output++) {
        turn[output] = left[output]! > 0 ? next[output]! / left[output]! : 0;
      }
      timesPlus(direction, turn, residual, width);
      left = next;
    }
  }

  /** Sets the product to the second derivative of what is minimised times the direction. */
  #bend(penalty: number): void {
    const width = this.#width;
    const cell = this.#cell;
    const direction = this.#direction;
    const product = this.#product;
    const constant = product.length - width;
    for (let at = 0; at < constant; at++) product[at] = penalty * direction[at]!;
    product.fill(0, constant);
    for (let at = 0; at < this.#rows.length; at++) {
      const row = this.#rows[at]!;
      multiplyRow(this.#design, row, direction, width, cell);
      for (let output = 0; output < width; output++) {
        cell[output]! *= this.#curvature[at * width + output]!;
      }
      addRow(this.#design, row, cell, width, product);
    }
  }

  #isSmall(squares: Float64Array): boolean {
    const share = this.#tolerance ** 2;
    return squares.every((square, output) => square <= share * this.#atStart[output]!);
  }

  /** Of two vectors, by output. */
  #inner(a: Float64Array, b: Float64Array): Float64Array {
    const sums = new Float64Array(this.#width);
    innerProducts(a, b, this.#width, sums);
    return sums;
  }
}
