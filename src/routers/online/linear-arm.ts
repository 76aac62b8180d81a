/**
 * What is known of one model's quality: ridge regression on the context, its inverse kept by rank-one
 * updates, older observations discounted. Plain data.
 */
export interface LinearArm {
  /** θ = A⁻¹b, by context entry. */
  readonly weights: readonly number[];
  /** A⁻¹ without what stands above its diagonal, row by row. */
  readonly inverse: readonly number[];
  /** How many arrivals there had been when it was last scored, and how many scores it has had. */
  readonly at: number;
  readonly scores: number;
  /** Costs seen, discounted like the rest, and their mean in the cost basis. */
  readonly costs: number;
  readonly cost: number;
}

/** Entries of a triangle of `size` rows. */
export const triangle = (size: number): number => (size * (size + 1)) / 2;

/** An arm before its first call: A = ridge · I, b = 0. */
export function freshArm(size: number, ridge: number): LinearArm {
  const inverse = new Array<number>(triangle(size)).fill(0);
  for (let row = 0; row < size; row++) inverse[triangle(row) + row] = 1 / ridge;
  return { weights: new Array<number>(size).fill(0), inverse, at: 0, scores: 0, costs: 0, cost: 0 };
}

/** θᵀx. */
export function expectedQuality({ weights }: LinearArm, context: Float64Array): number {
  let total = 0;
  for (let at = 0; at < context.length; at++) total += weights[at]! * context[at]!;
  return total;
}

/** xᵀA⁻¹x. */
export function variance({ inverse }: LinearArm, context: Float64Array): number {
  let total = 0;
  let entry = 0;
  for (let row = 0; row < context.length; row++) {
    const own = context[row]!;
    let beside = 0;
    for (let column = 0; column < row; column++) beside += inverse[entry++]! * context[column]!;
    total += own * (2 * beside + inverse[entry++]! * own);
  }
  return total;
}

const product = new Float64Array(1024);

/** A⁻¹x, into `product`. */
function multiply(inverse: readonly number[], context: Float64Array): void {
  let entry = 0;
  for (let row = 0; row < context.length; row++) {
    const own = context[row]!;
    let total = 0;
    for (let column = 0; column < row; column++) {
      const value = inverse[entry++]!;
      total += value * context[column]!;
      product[column]! += value * own;
    }
    product[row] = total + inverse[entry++]! * own;
  }
}

/**
 * A ← kept · A + xxᵀ, b ← kept · b + score · x, by Sherman and Morrison's formula.
 * @param kept share of what was known before that still counts, in (0, 1]
 * @returns the new weights and inverse; those of `arm` stay as they are
 */
export function withObservation(
  { weights, inverse }: Pick<LinearArm, 'weights' | 'inverse'>,
  context: Float64Array,
  score: number,
  kept: number,
): { weights: number[]; inverse: number[] } {
  multiply(inverse, context);
  let spread = 0;
  let expected = 0;
  for (let at = 0; at < context.length; at++) {
    spread += product[at]! * context[at]!;
    expected += weights[at]! * context[at]!;
  }
  const divisor = 1 / (kept + spread);
  const scale = 1 / kept;
  const after = inverse.slice();
  let entry = 0;
  for (let row = 0; row < context.length; row++) {
    const factor = product[row]! * divisor;
    for (let column = 0; column <= row; column++) {
      after[entry] = (after[entry]! - factor * product[column]!) * scale;
      entry++;
    }
  }
  const step = (score - expected) * divisor;
  return { weights: weights.map((weight, at) => weight + step * product[at]!), inverse: after };
}

/**
 * Keeps forgetting from undoing the prior (estimator windup): where the entry known least is known
 * less than before the first call, its place on A's diagonal is raised until it is known as much.
 * The same end as the fixed ridge of Russac, Vernade & Cappé, "Weighted Linear Bandits for
 * Non-Stationary Environments", NeurIPS 2019, at the price of one rank-one update. Changes its arguments.
 */
export function keepPrior(weights: number[], inverse: number[], ridge: number): void {
  let least = 0;
  for (let at = 1; at < weights.length; at++) {
    if (inverse[triangle(at) + at]! > inverse[triangle(least) + least]!) least = at;
  }
  const known = inverse[triangle(least) + least]!;
  if (known * ridge <= 1) return;
  for (let at = 0; at < weights.length; at++) {
    const [row, column] = at < least ? [least, at] : [at, least];
    product[at] = inverse[triangle(row) + column]!;
  }
  const added = ridge - 1 / known;
  const factor = added / (1 + added * known);
  let entry = 0;
  for (let row = 0; row < weights.length; row++) {
    const scaled = factor * product[row]!;
    for (let column = 0; column <= row; column++) inverse[entry++]! -= scaled * product[column]!;
  }
  const drawn = factor * weights[least]!;
  for (let at = 0; at < weights.length; at++) weights[at]! -= drawn * product[at]!;
}
