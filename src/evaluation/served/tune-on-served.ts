import type { Policy } from '../../policies/index.js';
import { createRng, rowsNeeded } from '../../statistics/index.js';
import {
  policyProbabilities,
  type ServedEstimate,
  servedEstimate,
  servedLog,
} from './served-estimates.js';
import type { ServedOperation } from './served-operation.js';

/** Of prompts, what a setting is chosen on; the others tell what it is worth. */
const TUNE_SHARE = 0.4;
/**
 * Fewer values than this where two settings differ are too few for an interval that holds: in
 * simulation (`npm run bench -- off-policy`) intervals cover 93 to 97 % from about here on.
 */
export const LEAST_DECISIVE = 15;

export interface ServedTuningOptions {
  /** Quality that may be lost for a lower cost. */
  readonly margin: number;
  /** What to look for: the lowest cost within the margin, or the highest quality. */
  readonly aim: 'cost' | 'quality';
  readonly seed: number;
}

/** One side of the split. */
export interface ServedPart {
  readonly operations: number;
  readonly prompts: number;
  /** Operations with a judge's score. */
  readonly judged: number;
}

/** What came of turning a policy's dial by what a service saw. */
export interface ServedTuning {
  readonly tune: ServedPart;
  readonly test: ServedPart;
  readonly candidates: {
    readonly all: number;
    /** Decide some operation as the log never does. */
    readonly unsupported: number;
    /** Decide every operation as the present setting does. */
    readonly same: number;
    /** Decide some otherwise, of which too few were judged. */
    readonly indistinct: number;
  };
  /**
   * `proposed`: chosen on tune, and test holds it. `too_close`: chosen on tune, and test leaves it
   * open. `not_better`: test speaks against it, or nothing on tune was better. `too_few`: too little
   * was judged where settings differ.
   */
  readonly outcome: 'proposed' | 'too_close' | 'not_better' | 'too_few';
  /** Null where none could be chosen on tune. */
  readonly policy: Policy | null;
  /** On test; null where there is no policy. */
  readonly estimate: ServedEstimate | null;
  /** What the present setting gives on test. */
  readonly present: ServedEstimate;
  /** Of the policy, on test, by model. */
  readonly shares: Readonly<Record<string, number>> | null;
  /** Operations in all after which it would be settled, if what was seen stays; null where none would do, or it is. */
  readonly operationsNeeded: number | null;
}

const sideOf = (seed: number, promptHash: string): 'tune' | 'test' =>
  createRng(seed, 'served', promptHash).next() < TUNE_SHARE ? 'tune' : 'test';

/** Splits by prompt, so that one that comes again stays on one side. */
export function splitServed(
  operations: readonly ServedOperation[],
  seed: number,
): Readonly<Record<'tune' | 'test', readonly ServedOperation[]>> {
  const sides = operations.map(({ promptHash }) => sideOf(seed, promptHash));
  return {
    tune: operations.filter((_, row) => sides[row] === 'tune'),
    test: operations.filter((_, row) => sides[row] === 'test'),
  };
}

/** Better on tune by what was asked for. */
interface Worthy {
  readonly policy: Policy;
  readonly estimate: ServedEstimate;
}

/**
 * Chooses among other settings of a policy on one part of the prompts, and tells on the other what
 * the one chosen would change. Nothing was called anew: both are estimates from logged decisions.
 * For the lowest cost, settings whose whole interval is within the margin come before those whose
 * estimate is.
 * @param present the policy as it stands, without what its service explores beyond it
 * @param candidates other settings of it, made without a look at test
 */
export function tuneOnServed(
  present: Policy,
  candidates: readonly Policy[],
  { tune, test }: Readonly<Record<'tune' | 'test', readonly ServedOperation[]>>,
  { margin, aim }: ServedTuningOptions,
): ServedTuning {
  const tuneLog = servedLog(tune, present);
  const tunePresent = policyProbabilities(present, tune);
  const counts = { all: candidates.length, unsupported: 0, same: 0, indistinct: 0 };
  const worthy: Worthy[] = [];
  let decisive = 0;
  for (const policy of candidates) {
    const target = policyProbabilities(policy, tune);
    if (target.every((probability, cell) => probability === tunePresent[cell])) {
      counts.same++;
      continue;
    }
    const estimate = servedEstimate(tuneLog, target, tunePresent);
    const { qualityChange, costUsdChange } = estimate;
    if (qualityChange.unsupported > 0) counts.unsupported++;
    else if (qualityChange.decisive < LEAST_DECISIVE) {
      counts.indistinct++;
      decisive = Math.max(decisive, qualityChange.decisive);
    } else if (
      aim === 'cost'
        ? costUsdChange.mean! < 0 && qualityChange.mean! >= -margin
        : qualityChange.mean! > 0
    ) {
      worthy.push({ policy, estimate });
    }
  }
  const value = ({ costUsdChange, qualityChange }: ServedEstimate): number =>
    aim === 'cost' ? -costUsdChange.mean! : qualityChange.mean!;
  // The cheapest by estimate alone lies at the margin, which test would then confirm every other time.
  const sure = worthy.filter(({ estimate }) => (estimate.qualityChange.low ?? -1) >= -margin);
  const best = (aim === 'cost' && sure.length > 0 ? sure : worthy).reduce<Worthy | null>(
    (most, one) => (most === null || value(one.estimate) > value(most.estimate) ? one : most),
    null,
  );
  const testLog = servedLog(test, present);
  const testPresent = policyProbabilities(present, test);
  const all = tune.length + test.length;
  const common = {
    tune: partOf(tune),
    test: partOf(test),
    candidates: counts,
    present: servedEstimate(testLog, testPresent, testPresent),
  };
  if (best === null) {
    const few = counts.indistinct > 0;
    const missing = LEAST_DECISIVE / Math.max(decisive, 1);
    return {
      ...common,
      outcome: few ? 'too_few' : 'not_better',
      policy: null,
      estimate: null,
      shares: null,
      operationsNeeded: few ? Math.ceil(all * missing) : null,
    };
  }
  const target = policyProbabilities(best.policy, test);
  const estimate = servedEstimate(testLog, target, testPresent);
  const outcome = outcomeOf(estimate, margin, aim);
  return {
    ...common,
    outcome,
    policy: best.policy,
    estimate,
    shares: sharesOf(best.policy, target),
    operationsNeeded: neededFor(outcome, estimate, { margin, aim, all }),
  };
}

const partOf = (operations: readonly ServedOperation[]): ServedPart => ({
  operations: operations.length,
  prompts: new Set(operations.map(({ promptHash }) => promptHash)).size,
  judged: operations.filter(({ score }) => !Number.isNaN(score)).length,
});

function sharesOf({ models }: Policy, target: Float64Array): Readonly<Record<string, number>> {
  const shares = new Float64Array(models.length);
  const rows = target.length / models.length;
  target.forEach((probability, cell) => {
    shares[cell % models.length]! += probability / rows;
  });
  return Object.fromEntries(models.map((model, at) => [model, shares[at]!]));
}

function outcomeOf(
  { qualityChange, costUsdChange }: ServedEstimate,
  margin: number,
  aim: ServedTuningOptions['aim'],
): ServedTuning['outcome'] {
  if (qualityChange.low === null || qualityChange.high === null) return 'too_few';
  if (qualityChange.decisive < LEAST_DECISIVE) return 'too_few';
  const least = aim === 'cost' ? -margin : 0;
  if (qualityChange.high < least) return 'not_better';
  if (aim === 'quality') return qualityChange.low > least ? 'proposed' : 'too_close';
  if (costUsdChange.low === null || costUsdChange.high === null) return 'too_few';
  if (costUsdChange.low > 0) return 'not_better';
  return qualityChange.low > least && costUsdChange.high < 0 ? 'proposed' : 'too_close';
}

function neededFor(
  outcome: ServedTuning['outcome'],
  { qualityChange, costUsdChange }: ServedEstimate,
  {
    margin,
    aim,
    all,
  }: { readonly margin: number; readonly aim: 'cost' | 'quality'; readonly all: number },
): number | null {
  if (outcome === 'too_few') {
    return Math.ceil((all * LEAST_DECISIVE) / Math.max(qualityChange.decisive, 1));
  }
  if (outcome !== 'too_close') return null;
  const rows = (change: ServedEstimate['qualityChange'], effect: number): number | null =>
    rowsNeeded(change.standardError! * Math.sqrt(change.rows), effect);
  const needed = [
    rows(qualityChange, qualityChange.mean! + (aim === 'cost' ? margin : 0)),
    aim === 'cost' ? rows(costUsdChange, -costUsdChange.mean!) : 0,
  ];
  if (needed.includes(null)) return null;
  const onTest = Math.max(...needed.map((count) => count ?? 0), qualityChange.rows + 1);
  return Math.ceil((onTest / qualityChange.rows) * all);
}
