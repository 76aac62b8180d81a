import {
  boundedBounds,
  boundedPValue,
  type ClusterMean,
  clusterBounds,
  clusterDifference,
  clusterPValue,
  unseenShare,
} from '../statistics/index.js';
import type { ComparisonVerdict, Estimate, VerdictCheck } from './comparison.js';
import type { FittedFold } from './fit-fold.js';
import { bootstrapPValue, gainOverMixture } from './mixture-check.js';
import { promptsNeeded } from './prompts-needed.js';
import type { Draws, Procedure, TestSample } from './test-sample.js';
import { checkText, percentText, signedText } from './verdict-text.js';

export interface VerdictInput {
  readonly sample: TestSample;
  readonly folds: readonly FittedFold[];
  /** Null where no router offers a policy that routes. */
  readonly candidate: { readonly id: string; readonly procedure: Procedure } | null;
  readonly reference: { readonly model: string; readonly procedure: Procedure };
  /** The cheapest model within the margin on tune. */
  readonly constant: { readonly model: string; readonly procedure: Procedure };
  readonly margin: number;
  readonly alpha: number;
  readonly costKnown: boolean;
  /** Costs are in US dollars, not call shares. */
  readonly costInUsd: boolean;
  /** Prompts of the run for each test row, to say how many prompts in all would settle it. */
  readonly promptsPerTestRow: number;
}

/** Below this gain over the mixture, at best, routing is not worth having. */
const TRIFLING_GAIN = 0.005;
/** Differences below this are rounding. */
const EQUAL = 1e-12;

/** One test, set up before the test part was looked at: should one route, with what, or is it too close to call? */
export function judge(input: VerdictInput): ComparisonVerdict {
  const { sample, candidate, reference, constant, margin, alpha } = input;
  const common = { margin, alpha };
  if (candidate === null) {
    const model = constantPasses(input) ? constant.model : reference.model;
    const reason = input.costKnown
      ? 'No policy that routes between models was found to compare it with.'
      : 'No costs are known, so there is nothing to trade its quality against.';
    const text = `Do not route: use ${model}. ${reason}`;
    const policy = `always@${model}`;
    return {
      ...common,
      answer: 'do_not_route',
      policy,
      text,
      discordance: null,
      nNeeded: null,
      checks: [],
    };
  }
  const quality = difference(input, candidate.procedure, 'quality');
  const cost = difference(input, candidate.procedure, 'cost');
  const checks: VerdictCheck[] = [
    meanCheck('quality', quality, -margin, 'above', input, candidate.id),
    meanCheck('cost', cost, 0, 'below', input, candidate.id),
  ];
  const gains = gainOverMixture(sample, candidate.procedure, input.folds);
  const gain = gains[0]!;
  const gainCheck = mixtureCheck(gains, input, candidate.id);
  checks.push(gainCheck.check);
  const discordance = discordantShare(input, candidate.procedure);
  const found = { ...common, discordance, checks };
  const [a, b, c] = checks;
  if (a!.holds && b!.holds && c!.holds) {
    const saving = -cost.mean / sample.means(reference.procedure).cost[0]!;
    const text = `Route: ${candidate.id} keeps the quality of ${reference.model} within ${margin} (${signedText(quality.mean)}) at ${percentText(saving)} less cost, and beats a random mixture of the models at the same cost by ${signedText(gain)}.`;
    return { ...found, answer: 'route', policy: candidate.id, text, nNeeded: null };
  }
  const constantHolds = constantPasses(input);
  const model = constantHolds ? constant.model : reference.model;
  if (constantHolds && !c!.holds) {
    const text = `Do not route: use ${model}. Alone it keeps the quality of ${reference.model} within ${margin} at lower cost, and ${candidate.id} is not shown to beat a random mixture of the models (${signedText(gain)}).`;
    return { ...found, answer: 'do_not_route', policy: `always@${model}`, text, nNeeded: null };
  }
  if (gainCheck.high <= TRIFLING_GAIN) {
    const text = `Do not route: use ${model}. The best policy found, ${candidate.id}, beats a random mixture of the models at the same cost by ${TRIFLING_GAIN} at most (${signedText(gain)}).`;
    return { ...found, answer: 'do_not_route', policy: `always@${model}`, text, nNeeded: null };
  }
  const reasons = tooCloseReason(input, candidate.id, quality, gain, checks);
  const refuted = isRefuted(a!, margin);
  const needed =
    input.costKnown && !refuted
      ? promptsNeeded({
          quality,
          cost,
          gain: { mean: gain, standardError: gainCheck.standardError },
          holds: { quality: a!.holds, cost: b!.holds, mixture: c!.holds },
          margin,
          trifling: TRIFLING_GAIN,
          alpha,
          testRows: sample.rows,
          testGroups: sample.effectiveGroups,
          promptsPerTestRow: input.promptsPerTestRow,
        })
      : null;
  const outlook =
    needed !== null
      ? `about ${needed.prompts.toLocaleString('en-US')} prompts would show ${needed.shows}`
      : refuted
        ? 'more prompts are not expected to change that'
        : 'more prompts alone would not settle it';
  const text = `Too close to call: ${reasons}; ${outlook}.`;
  const nNeeded = needed?.prompts ?? null;
  return { ...found, answer: 'too_close', policy: candidate.id, text, nNeeded };
}

/** The whole interval of the quality difference is below the margin: no doubt is left to settle. */
function isRefuted({ estimate }: VerdictCheck, margin: number): boolean {
  return estimate.high !== null && estimate.high < -margin;
}

function difference(
  { sample, reference }: VerdictInput,
  procedure: Procedure,
  of: 'quality' | 'cost',
): ClusterMean {
  return clusterDifference(
    sample.column(procedure, of),
    sample.column(reference.procedure, of),
    sample.groups,
  );
}

/** A cluster-robust test of a mean difference from the reference against a threshold. */
function meanCheck(
  name: 'quality' | 'cost',
  of: ClusterMean,
  threshold: number,
  side: 'above' | 'below',
  input: VerdictInput,
  candidate: string,
): VerdictCheck {
  const { low, high } =
    name === 'quality' ? boundedBounds(of, input.alpha) : clusterBounds(of, input.alpha);
  const known = name === 'quality' || input.costKnown;
  const p =
    name === 'quality'
      ? boundedPValue(of, threshold)
      : clusterPValue({ ...of, mean: -of.mean }, -threshold);
  const estimate = {
    mean: known ? finite(of.mean) : null,
    low: known ? finite(low) : null,
    high: known ? finite(high) : null,
  };
  const holds = known && (side === 'above' ? low > threshold : high < threshold);
  const subjects = { candidate, reference: input.reference.model, costInUsd: input.costInUsd };
  const text = checkText(name, estimate, threshold, subjects);
  return { name, text, estimate, threshold, pValue: known ? finite(p) : null, holds };
}

function mixtureCheck(
  gains: Draws,
  { sample, alpha, costKnown, costInUsd, reference }: VerdictInput,
  candidate: string,
): { check: VerdictCheck; high: number; standardError: number } {
  const p = bootstrapPValue(gains, sample.effectiveGroups);
  const known = gains.subarray(1).filter((value) => !Number.isNaN(value));
  const average = known.reduce((total, value) => total + value, 0) / known.length;
  const variance =
    known.reduce((total, value) => total + (value - average) ** 2, 0) / (known.length - 1);
  const standardError = sample.groupCount < 2 ? Number.NaN : Math.sqrt(variance);
  const estimate = costKnown
    ? unlessWithoutSpread(sample.estimate(gains, 1 - 2 * alpha), standardError, sample, alpha)
    : { mean: null, low: null, high: null };
  const check: VerdictCheck = {
    name: 'mixture',
    text: checkText('mixture', estimate, 0, {
      candidate,
      reference: reference.model,
      costInUsd,
    }),
    estimate,
    threshold: 0,
    pValue: estimate.low === null ? null : finite(p),
    holds: estimate.low !== null && estimate.low > EQUAL,
  };
  return {
    check,
    high: estimate.high ?? Number.POSITIVE_INFINITY,
    standardError,
  };
}

/** Resamples that are all alike are no certainty: groups not seen may do otherwise. */
function unlessWithoutSpread(
  estimate: Estimate,
  standardError: number,
  { effectiveGroups }: TestSample,
  alpha: number,
): Estimate {
  const { mean } = estimate;
  if (mean === null || !(standardError <= EQUAL)) return estimate;
  const unseen = unseenShare(effectiveGroups, alpha);
  return { mean, low: mean - unseen, high: mean + unseen };
}

/** Whether a model other than the reference, chosen on tune, passes the quality and the cost test alone. */
function constantPasses(input: VerdictInput): boolean {
  const { constant, reference, margin, alpha, costKnown } = input;
  if (!costKnown || constant.model === reference.model) return false;
  const quality = boundedBounds(difference(input, constant.procedure, 'quality'), alpha);
  const cost = clusterBounds(difference(input, constant.procedure, 'cost'), alpha);
  return quality.low > -margin && cost.high < 0;
}

function discordantShare({ sample, reference }: VerdictInput, procedure: Procedure): number {
  const own = sample.column(procedure, 'quality');
  const other = sample.column(reference.procedure, 'quality');
  return own.filter((value, i) => Math.abs(value - other[i]!) > EQUAL).length / sample.rows;
}

function tooCloseReason(
  { reference, costKnown, margin }: VerdictInput,
  candidate: string,
  quality: ClusterMean,
  gain: number,
  checks: readonly VerdictCheck[],
): string {
  if (!costKnown) return `no costs are known, so ${candidate} cannot be weighed against anything`;
  const open = checks.filter(({ holds }) => !holds).map(({ name }) => name);
  const within = `within ${margin} of that of ${reference.model} (${signedText(quality.mean)})`;
  const reasons = {
    quality: `its quality is ${isRefuted(checks[0]!, margin) ? 'not' : 'not shown to be'} ${within}`,
    cost: `it is not shown to cost less than ${reference.model}`,
    mixture: `it is not shown to beat a random mixture of the models at the same cost (${signedText(gain)})`,
  };
  return `for ${candidate}, ${open.map((name) => reasons[name]).join(', and ')}`;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
