import { studentTQuantile } from './student-t.js';
import { sum } from './sum.js';

/** Who was called, and with what probability each could have been. One row an operation. */
export interface LoggedChoices {
  /** How many models there are; probabilities are rows × models, row-major. */
  readonly models: number;
  /** With what probability each was to be called; a row adds up to 1. */
  readonly probabilities: Float64Array;
  /** Index of the model that was called; its probability is above 0. */
  readonly called: Int32Array;
  /** Rows of a group depend on one another (the same prompt), as in `clusterMean`. */
  readonly groups: ArrayLike<number>;
}

/** What came of the calls: a score, or a cost. */
export interface LoggedValues {
  /** By row; NaN where it was not observed. */
  readonly value: Float64Array;
  /** With what probability a row was to be observed, in (0, 1]; read only where it was. */
  readonly chance: Float64Array;
  /** What each model was expected to give, rows × models; null where nothing foretells it. */
  readonly forecast: Float64Array | null;
}

export type OffPolicyMethod = 'ips' | 'snips' | 'doubly_robust';

/** An estimate from other decisions than its own. The numbers are null where the log cannot tell. */
export interface OffPolicyEstimate {
  readonly method: OffPolicyMethod;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly standardError: number | null;
  /** Of Student's t. */
  readonly degrees: number | null;
  readonly rows: number;
  readonly groups: number;
  /** Rows with a value that count: those of a model that the policy would have called. */
  readonly observed: number;
  /** Equally weighted values that would say about as much (Kish 1965): (Σw)² / Σw². */
  readonly effective: number;
  /** Share of all weight that the heaviest value bears; NaN where none counts. */
  readonly largestShare: number;
  /** Share of the policy's decisions that the log never makes. Above 0, the mean is unknown. */
  readonly unsupported: number;
}

/** How much more one policy gives than another, on the same rows. */
export interface OffPolicyDifference
  extends Pick<
    OffPolicyEstimate,
    'method' | 'mean' | 'low' | 'high' | 'standardError' | 'degrees' | 'rows' | 'groups'
  > {
  /**
   * Values that tell the two apart: where they would have decided otherwise, those of the one's
   * choice or those of the other's, whichever are fewer.
   */
  readonly decisive: number;
  /** The larger of the two. */
  readonly unsupported: number;
}

export interface OffPolicyOptions {
  /** @default `doubly_robust` where values are foretold, else `snips` */
  readonly method?: OffPolicyMethod | undefined;
  /** Two-sided. @default 0.95 */
  readonly level?: number;
}

/** Rounding of probabilities that were written down. */
const NOTHING = 1e-12;

/**
 * What a policy would have given on average, from what others decided.
 * Values are weighed by how much likelier the policy was to call the model that was called (`ips`),
 * by the same scaled to add up to one (`snips`: Swaminathan & Joachims 2015, "The Self-Normalized
 * Estimator for Counterfactual Learning"), or count only as far as they differ from a forecast
 * (`doubly_robust`: Dudík, Langford & Li 2011, "Doubly Robust Policy Evaluation and Learning";
 * unbiased however wrong the forecast is, as the probabilities are known). Where only a random
 * sample was observed, values count by the inverse of their chance (Horvitz & Thompson 1952) in its
 * ratio form (Hájek 1971), which bears chances that are all too high by a factor: values that got lost.
 * Intervals are Student's t of the influence of each group, its degrees of freedom matched to how
 * unevenly groups contribute (Satterthwaite 1946): few heavy ones count for few.
 * @param target probabilities of the policy, rows × models; a row adds up to 1
 */
export function offPolicyMean(
  choices: LoggedChoices,
  values: LoggedValues,
  target: Float64Array,
  options: OffPolicyOptions = {},
): OffPolicyEstimate {
  const method = methodFor(values, options);
  const rows = choices.called.length;
  const weights = ratios(choices, target);
  const unsupported = unsupportedShare(choices, target);
  const used = new Float64Array(rows);
  let observed = 0;
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(values.value[row]!) || weights[row] === 0) continue;
    used[row] = weights[row]! / values.chance[row]!;
    observed++;
  }
  const all = sum(used);
  const known = observed > 0 && unsupported <= NOTHING;
  const estimate = known ? influences({ choices, values, target, weights, method }) : null;
  return {
    method,
    ...interval(estimate, choices, options.level),
    rows,
    groups: new Set(Array.from(choices.groups)).size,
    observed,
    effective: observed === 0 ? 0 : (all * all) / sum(used.map((weight) => weight * weight)),
    largestShare: used.reduce((most, weight) => Math.max(most, weight), 0) / all,
    unsupported,
  };
}

/**
 * What one policy would have given more than another, with an interval of its own: most of what
 * is uncertain about the two is the same for both.
 */
export function offPolicyDifference(
  choices: LoggedChoices,
  values: LoggedValues,
  target: Float64Array,
  from: Float64Array,
  options: OffPolicyOptions = {},
): OffPolicyDifference {
  const method = methodFor(values, options);
  const unsupported = Math.max(unsupportedShare(choices, target), unsupportedShare(choices, from));
  const weights = ratios(choices, target);
  const fromWeights = ratios(choices, from);
  let [more, fewer, observed] = [0, 0, 0];
  for (let row = 0; row < weights.length; row++) {
    if (Number.isNaN(values.value[row]!)) continue;
    observed++;
    const apart = weights[row]! - fromWeights[row]!;
    if (apart > NOTHING) more++;
    else if (apart < -NOTHING) fewer++;
  }
  let difference: Influences | null = null;
  if (observed > 0 && unsupported <= NOTHING) {
    const first = influences({ choices, values, target, weights, method });
    const second = influences({ choices, values, target: from, weights: fromWeights, method });
    difference = {
      mean: first.mean - second.mean,
      of: first.of.map((influence, row) => influence - second.of[row]!),
    };
  }
  return {
    method,
    ...interval(difference, choices, options.level),
    rows: weights.length,
    groups: new Set(Array.from(choices.groups)).size,
    decisive: Math.min(more, fewer),
    unsupported,
  };
}

const methodFor = ({ forecast }: LoggedValues, { method }: OffPolicyOptions): OffPolicyMethod => {
  if (method === 'doubly_robust' && forecast === null) {
    throw new TypeError('Expected a forecast for the doubly robust estimate, got none');
  }
  return method ?? (forecast === null ? 'snips' : 'doubly_robust');
};

/** How much likelier the policy was to call the model that was called. */
function ratios({ models, probabilities, called }: LoggedChoices, target: Float64Array) {
  const weights = new Float64Array(called.length);
  for (let row = 0; row < called.length; row++) {
    const cell = row * models + called[row]!;
    if (!(probabilities[cell]! > 0)) {
      throw new RangeError(
        `Expected the model called in row ${row} to have a probability above 0, got ${probabilities[cell]}`,
      );
    }
    weights[row] = target[cell]! / probabilities[cell]!;
  }
  return weights;
}

function unsupportedShare({ probabilities, called }: LoggedChoices, target: Float64Array): number {
  let total = 0;
  for (let cell = 0; cell < target.length; cell++) {
    if (!(probabilities[cell]! > 0)) total += target[cell]!;
  }
  return called.length === 0 ? 0 : total / called.length;
}

interface Influences {
  readonly mean: number;
  /** How far each row moves the mean, times the rows; they add up to 0. */
  readonly of: Float64Array;
}

interface Weighed {
  readonly choices: LoggedChoices;
  readonly values: LoggedValues;
  readonly target: Float64Array;
  readonly weights: Float64Array;
  readonly method: OffPolicyMethod;
}

function influences({ choices, values, target, weights, method }: Weighed): Influences {
  const { models, called } = choices;
  const { value, chance } = values;
  const forecast = method === 'doubly_robust' ? values.forecast : null;
  const rows = called.length;
  const foretold = new Float64Array(rows);
  const sampled = new Float64Array(rows);
  const residuals = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * models;
    if (forecast !== null) {
      for (let model = 0; model < models; model++) {
        foretold[row]! += target[start + model]! * forecast[start + model]!;
      }
    }
    if (Number.isNaN(value[row]!)) continue;
    sampled[row] = 1 / chance[row]!;
    residuals[row] = value[row]! - (forecast?.[start + called[row]!] ?? 0);
  }
  const isScaled = method === 'snips';
  const divisors = isScaled ? sampled.map((by, row) => by * weights[row]!) : sampled;
  const divisor = sum(divisors);
  const weighed = sampled.map((by, row) => by * weights[row]! * residuals[row]!);
  const corrected = sum(weighed) / divisor;
  const direct = sum(foretold) / rows;
  const scale = rows / divisor;
  return {
    mean: direct + corrected,
    of: foretold.map(
      (own, row) => own - direct + scale * (weighed[row]! - divisors[row]! * corrected),
    ),
  };
}

type Interval = Pick<OffPolicyEstimate, 'mean' | 'low' | 'high' | 'standardError' | 'degrees'>;

const UNKNOWN: Interval = {
  mean: null,
  low: null,
  high: null,
  standardError: null,
  degrees: null,
};

function interval(estimate: Influences | null, { groups }: LoggedChoices, level = 0.95): Interval {
  if (estimate === null || !Number.isFinite(estimate.mean)) return UNKNOWN;
  const { mean, of } = estimate;
  const sums = new Map<number, number>();
  for (let row = 0; row < of.length; row++) {
    sums.set(groups[row]!, (sums.get(groups[row]!) ?? 0) + of[row]!);
  }
  const count = sums.size;
  if (count < 2) return { ...UNKNOWN, mean };
  const squares = sum([...sums.values()].map((one) => one ** 2));
  if (squares === 0) return { mean, low: mean, high: mean, standardError: 0, degrees: count - 1 };
  const fourths = sum([...sums.values()].map((one) => one ** 4));
  const standardError = Math.sqrt((count / (count - 1)) * squares) / of.length;
  const spread = fourths - squares ** 2 / count;
  const matched = spread > 0 ? (2 * squares ** 2) / spread : count - 1;
  const degrees = Math.max(1, Math.min(matched, count - 1));
  const reach = studentTQuantile((1 + level) / 2, degrees) * standardError;
  return { mean, low: mean - reach, high: mean + reach, standardError, degrees };
}
