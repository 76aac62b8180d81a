import type { Features } from '../features/index.js';
import type { OutcomeMatrix } from '../outcomes/index.js';
import { type Policy, replay } from '../policies/index.js';
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

/** Forecasts and what came of them, trials averaged, of the test rows where there are any. */
interface Forecasts {
  readonly rows: Int32Array;
  readonly forecast: Float64Array;
  readonly score: Float64Array;
  /** Mean cost a prompt that was forecast; null where costs are not. */
  readonly cost: number | null;
}

/**
 * How far the forecasts of each router's operating point are from what came out on test: of the
 * quality of the model called first, before the call, and, of routers that read answers, of a
 * verifier's confidence in the answer that was kept. All on the same resamples.
 */
export function routerCalibration(input: CalibrationInput): RouterCalibration[] {
  const { sample, seed, resamples } = input;
  const found = input.operating.flatMap(({ router, id, procedure }) =>
    (['quality', 'answer'] as const).flatMap((of) => {
      const forecasts = collect(procedure, of, input);
      if (forecasts === null) return [];
      const realised = sample.estimate(sample.means(procedure).cost);
      const cost =
        forecasts.cost === null || realised.mean === null
          ? null
          : { forecast: forecasts.cost, realised };
      return [{ named: { router, policy: id, of }, cost, binned: inBins(forecasts, sample) }];
    }),
  );
  const series = found.flatMap(({ binned }) => binned.series);
  const { sums } = bootstrapSums({ series, groups: sample.groups, resamples, seed });
  let first = 0;
  return found.map(({ named, cost, binned }) => {
    const drawn = sums.subarray(first * resamples, (first + binned.series.length) * resamples);
    first += binned.series.length;
    return { ...named, ...measure(binned, drawn, resamples), cost };
  });
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
      if (expected === undefined || policy.needs.answers) return;
      costs.push(expected.cost[call.model]! + signalCost(policy, features[row]!, matrix));
    });
    from += fold.test.length;
  }
  const known = Int32Array.from(count, (_, row) => row).filter((row) => count[row]! > 0);
  if (known.length === 0) return null;
  const averaged = (values: Float64Array): Float64Array =>
    Float64Array.from(known, (row) => values[row]! / count[row]!);
  return {
    rows: known,
    forecast: averaged(forecast),
    score: averaged(score),
    cost: costs.length === 0 ? null : mean(costs),
  };
}

/** What is paid for the signals of a request, whichever model is called: known, not forecast. */
function signalCost(
  { needs }: Policy,
  { signals }: Features,
  { costBasis }: Pick<OutcomeMatrix, 'costBasis'>,
): number {
  if (costBasis !== 'usd') return 0;
  return sum((needs.signals ?? []).map((id) => signals![id]!.cost));
}

/** Series by test row whose sums are all that is drawn: of each bin its rows, scores and distances, then squared distances. */
interface Binned {
  readonly forecasts: Forecasts;
  readonly binOf: Int32Array;
  readonly bins: number;
  readonly groups: Int32Array;
  readonly series: readonly Float64Array[];
}

function inBins(forecasts: Forecasts, sample: TestSample): Binned {
  const { rows, forecast, score } = forecasts;
  const { binOf, bins } = equalShares(forecast);
  const series = Array.from({ length: 3 * bins + 1 }, () => new Float64Array(sample.rows));
  rows.forEach((row, i) => {
    const distance = forecast[i]! - score[i]!;
    const from = 3 * binOf[i]!;
    series[from]![row] = 1;
    series[from + 1]![row] = score[i]!;
    series[from + 2]![row] = distance;
    series[3 * bins]![row] = distance * distance;
  });
  const groups = Int32Array.from(rows, (row) => sample.groups[row]!);
  return { forecasts, binOf, bins, groups, series };
}

/** @param drawn sums of the series, one after another by resample */
function measure(
  { forecasts, binOf, bins, groups, series }: Binned,
  drawn: Float64Array,
  resamples: number,
): Pick<RouterCalibration, 'prompts' | 'groups' | 'bins' | 'ece' | 'brier'> {
  const groupCount = new Set(groups).size;
  const level = groupCount > 1 ? expandedLevel(0.95, effectiveGroups(groups)) : null;
  const estimate = (value: number, draws: Float64Array): Estimate => {
    const interval = level === null ? null : percentileInterval(draws, level);
    return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null };
  };
  const exact = Float64Array.from(series, (values) => sum(values));
  const all = Array.from({ length: bins }, (_, bin) => bin);
  const statistics = (at: (s: number) => number) => {
    let rows = 0;
    let distance = 0;
    for (let bin = 0; bin < bins; bin++) {
      rows += at(3 * bin);
      distance += Math.abs(at(3 * bin + 2));
    }
    return { ece: distance / rows, brier: at(3 * bins) / rows };
  };
  const perDraw = (statistic: (at: (s: number) => number) => number): Float64Array =>
    Float64Array.from({ length: resamples }, (_, b) => statistic((s) => drawn[s * resamples + b]!));
  const { ece, brier } = statistics((s) => exact[s]!);
  const distances = perDraw((at) => statistics(at).ece);
  return {
    prompts: forecasts.rows.length,
    groups: groupCount,
    bins: all.map((bin) => ({
      forecast: mean(forecasts.forecast.filter((_, i) => binOf[i] === bin)),
      realised: estimate(
        exact[3 * bin + 1]! / exact[3 * bin]!,
        perDraw((at) => at(3 * bin + 1) / at(3 * bin)),
      ),
      count: exact[3 * bin]!,
    })),
    ece: estimate(ece, centred(distances, ece)),
    brier: estimate(
      brier,
      perDraw((at) => statistics(at).brier),
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
