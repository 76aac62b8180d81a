type LossAndGradient = (point: Float64Array, gradient: Float64Array) => number;

const MEMORY = 7;
const SUFFICIENT_DECREASE = 1e-4;
const GRADIENT_TOLERANCE = 1e-5;
const LOSS_TOLERANCE = 1e-6;

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/**
 * Minimises a smooth function with limited memory (Liu & Nocedal, "On the limited memory BFGS
 * method for large scale optimization", Mathematical Programming 45, 1989), with a backtracking
 * line search. Deterministic.
 */
export class Lbfgs {
  readonly #lossAndGradient: LossAndGradient;
  readonly #corrections: Correction[] = [];

  /** @param lossAndGradient returns the loss at a point and overwrites `gradient` */
  constructor(lossAndGradient: LossAndGradient) {
    this.#lossAndGradient = lossAndGradient;
  }

  /** @returns the lowest point found, after at most `maxIterations` steps */
  minimise(start: Float64Array, maxIterations: number): Float64Array {
    let point = start.slice();
    let gradient = new Float64Array(point.length);
    let loss = this.#lossAndGradient(point, gradient);
    for (let iteration = 0; iteration < maxIterations; iteration++) {
      if (Math.sqrt(inner(gradient, gradient)) < GRADIENT_TOLERANCE) break;
      const direction = this.#direction(gradient);
      const slope = inner(direction, gradient);
      if (slope >= 0) break;
      const nextPoint = new Float64Array(point.length);
      const nextGradient = new Float64Array(point.length);
      let length = 1;
      let nextLoss = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 25; attempt++, length /= 2) {
        for (let at = 0; at < point.length; at++) {
          nextPoint[at] = point[at]! + length * direction[at]!;
        }
        nextLoss = this.#lossAndGradient(nextPoint, nextGradient);
        if (nextLoss <= loss + SUFFICIENT_DECREASE * length * slope) break;
      }
      if (!(nextLoss < loss)) break;
      this.#remember(point, nextPoint, gradient, nextGradient);
      const gain = loss - nextLoss;
      point = nextPoint;
      gradient = nextGradient;
      loss = nextLoss;
      if (gain < LOSS_TOLERANCE * Math.max(1, Math.abs(loss))) break;
    }
    return point;
  }

  #remember(
    point: Float64Array,
    nextPoint: Float64Array,
    gradient: Float64Array,
    nextGradient: Float64Array,
  ): void {
    const step = nextPoint.map((value, at) => value - point[at]!);
    const change = nextGradient.map((value, at) => value - gradient[at]!);
    const curvature = inner(step, change);
    if (curvature <= 1e-12) return;
    this.#corrections.push({ step, change, curvature });
    if (this.#corrections.length > MEMORY) this.#corrections.shift();
  }

  /** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
  #direction(gradient: Float64Array): Float64Array {
    const direction = gradient.map((value) => -value);
    const factors: number[] = [];
    for (const { step, change, curvature } of this.#corrections.toReversed()) {
      const factor = inner(step, direction) / curvature;
      factors.push(factor);
      for (let at = 0; at < direction.length; at++) direction[at]! -= factor * change[at]!;
    }
    const latest = this.#corrections.at(-1);
    if (latest !== undefined) {
      const scale = latest.curvature / inner(latest.change, latest.change);
      for (let at = 0; at < direction.length; at++) direction[at]! *= scale;
    }
    for (const { step, change, curvature } of this.#corrections) {
      const factor = factors.pop()! - inner(change, direction) / curvature;
      for (let at = 0; at < direction.length; at++) direction[at]! += factor * step[at]!;
    }
    return direction;
  }
}
