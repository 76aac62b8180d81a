import type { Features } from '../features/index.js';
import { replay } from '../policies/index.js';
import {
  bootstrapSums,
  createRng,
  effectiveGroups,
  expandedLevel,
  mean,
  percentileInterval,
  quantile,
  sum,
} from '../statistics/index.js';
import type { Estimate, RouterCalibration } from './comparison.js';
import type { FittedFold } from './fit-fold.js';
import type { Procedure, TestSample } from './test-sample.js';

const BINS = 10;

export interface CalibrationInput {
  readonly folds: readonly FittedFold[];
  readonly sample: TestSample;
  /** The operating point of each router that ran. */
  readonly operating: readonly {
    readonly router: string;
    readonly id: string;
    readonly procedure: Procedure;
  }[];
  /** One per prompt of the matrix. */
  readonly features: readonly Features[];
  readonly seed: number;
  readonly resamples: number;
}

/** Forecasts and what came of them. Arrays by prompt, trials averaged. */
interface Forecasts {
  readonly forecast: Float64Array;
  readonly score: Float64Array;
  readonly groups: Int32Array;
  /** Mean cost a prompt that was forecast; null where costs are not. */
  readonly cost: number | null;
}

/**
 * How far the forecasts of each router's operating point are from what came out on test: of the
 * quality of the model called first, before the call, and, of routers that read answers, of a
 * verifier's confidence in the answer that was kept.
 */
export function routerCalibration(input: CalibrationInput): RouterCalibration[] {
  return input.operating.flatMap(({ router, id, procedure }) =>
    (['quality', 'answer'] as const).flatMap((of) => {
      const forecasts = collect(procedure, of, input);
      if (forecasts === null) return [];
      const realised = input.sample.estimate(input.sample.means(procedure).cost);
      const cost =
        forecasts.cost === null || realised.mean === null
          ? null
          : { forecast: forecasts.cost, realised };
      return [{ router, policy: id, of, ...measure(forecasts, input), cost }];
    }),
  );
}

/** Null where the router forecasts nothing of this kind. */
function collect(
  procedure: Procedure,
  of: RouterCalibration['of'],
  { folds, sample, features, seed }: CalibrationInput,
): Forecasts | null {
  const forecast = new Float64Array(sample.rows);
  const score = new Float64Array(sample.rows);
  const count = new Int32Array(sample.rows);
  const costs: number[] = [];
  let from = 0;
  for (const [f, { policy }] of procedure.entries()) {
    const { fold, common } = folds[f]!;
    if (policy === null) return null;
    if ((of === 'quality' ? policy.forecast : policy.verify) === undefined) return null;
    const { matrix } = common;
    const columns = policy.models.map((model) => matrix.models.indexOf(model));
    const first = from;
    const data = { matrix, features, rows: fold.test };
    const rng = createRng(seed, 'replay', policy.id, 'test');
    replay(policy, data, rng, (at, trial, calls, answer) => {
      const call = calls[of === 'quality' ? 0 : answer]!;
      const row = fold.test[at]!;
      const expected = of === 'quality' ? policy.forecast?.(features[row]!) : undefined;
      const value = expected === undefined ? call.confidence : expected.quality[call.model]!;
      if (value === null) return;
      const cell = (row * matrix.models.length + columns[call.model]!) * matrix.trials + trial;
      forecast[first + at]! += value;
      score[first + at]! += matrix.score[cell]!;
      count[first + at]!++;
      if (expected !== undefined && !policy.needs.answers) costs.push(expected.cost[call.model]!);
    });
    from += fold.test.length;
  }
  const known = Int32Array.from(count, (_, row) => row).filter((row) => count[row]! > 0);
  if (known.length === 0) return null;
  const averaged = (values: Float64Array): Float64Array =>
    Float64Array.from(known, (row) => values[row]! / count[row]!);
  return {
    forecast: averaged(forecast),
    score: averaged(score),
    groups: Int32Array.from(known, (row) => sample.groups[row]!),
    cost: costs.length === 0 ? null : mean(costs),
  };
}

function measure(
  { forecast, score, groups }: Forecasts,
  { seed, resamples }: CalibrationInput,
): Pick<RouterCalibration, 'prompts' | 'groups' | 'bins' | 'ece' | 'brier'> {
  const { binOf, bins } = equalShares(forecast);
  const brier = forecast.map((value, i) => (value - score[i]!) ** 2);
  const distance = forecast.map((value, i) => value - score[i]!);
  const series = [score, distance, brier];
  const drawn = bootstrapSums({ series, groups, parts: binOf, resamples, seed });
  const inBin = (values: Float64Array, bin: number): Float64Array =>
    values.filter((_, i) => binOf[i] === bin);
  const groupCount = new Set(groups).size;
  const level = groupCount > 1 ? expandedLevel(0.95, effectiveGroups(groups)) : null;
  const estimate = (value: number, draws: Float64Array): Estimate => {
    const interval = level === null ? null : percentileInterval(draws, level);
    return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null };
  };
  const at = (s: number, bin: number, b: number): number =>
    drawn.sums[(s * bins + bin) * resamples + b]!;
  const overBins = (b: number, value: (bin: number) => number): number => {
    let total = 0;
    let rows = 0;
    for (let bin = 0; bin < bins; bin++) {
      total += value(bin);
      rows += drawn.rows[bin * resamples + b]!;
    }
    return total / rows;
  };
  const perDraw = (statistic: (b: number) => number): Float64Array =>
    Float64Array.from({ length: resamples }, (_, b) => statistic(b));
  const all = Array.from({ length: bins }, (_, bin) => bin);
  const ece = sum(all.map((bin) => Math.abs(sum(inBin(distance, bin))))) / forecast.length;
  return {
    prompts: forecast.length,
    groups: groupCount,
    bins: all.map((bin) => ({
      forecast: mean(inBin(forecast, bin)),
      realised: estimate(
        mean(inBin(score, bin)),
        perDraw((b) => at(0, bin, b) / drawn.rows[bin * resamples + b]!),
      ),
      count: inBin(forecast, bin).length,
    })),
    ece: estimate(
      ece,
      centred(
        perDraw((b) => overBins(b, (bin) => Math.abs(at(1, bin, b)))),
        ece,
      ),
    ),
    brier: estimate(
      mean(brier),
      perDraw((b) => overBins(b, (bin) => at(2, bin, b))),
    ),
  };
}

/**
 * Noise alone makes distances larger, and a resample has it twice: draws are moved so that their
 * median is the value itself, never below 0.
 */
function centred(draws: Float64Array, value: number): Float64Array {
  const shift = value - quantile(draws, 0.5);
  return draws.map((draw) => Math.max(0, draw + shift));
}

/** Bins of about as many forecasts each, ascending; equal forecasts share one. */
function equalShares(forecast: Float64Array): { binOf: Int32Array; bins: number } {
  const order = Int32Array.from(forecast, (_, i) => i).sort(
    (a, b) => forecast[a]! - forecast[b]! || a - b,
  );
  const binOf = new Int32Array(forecast.length);
  let bins = 0;
  let share = -1;
  order.forEach((i, rank) => {
    const wanted = Math.floor((BINS * rank) / forecast.length);
    const tied = rank > 0 && forecast[order[rank - 1]!] === forecast[i];
    if (wanted > share && !tied) {
      share = wanted;
      bins++;
    }
    binOf[i] = bins - 1;
  });
  return { binOf, bins };
}
