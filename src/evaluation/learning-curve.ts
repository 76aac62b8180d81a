import { hashToUnit } from '../hash.js';
import { mean } from '../statistics/index.js';
import type { LearningCurve } from './comparison.js';
import { matchDials, procedureId } from './dial-rows.js';
import { type FittedFold, type FoldInput, fitRouters } from './fit-fold.js';
import { routerMetrics } from './router-metrics.js';
import { select } from './selection.js';
import { TestSample } from './test-sample.js';

const SHARES = [0.125, 0.25, 0.5, 1];

export interface LearningCurveInput {
  readonly router: string;
  readonly folds: readonly FittedFold[];
  readonly foldInput: FoldInput;
  /** Of each group: what its side of the split hangs on. */
  readonly groupKeys: readonly string[];
  readonly splitSeed: number;
  readonly margin: number;
  readonly resamples: number;
}

/**
 * Refits one router on nested samples of each fit part's groups. Tune, test and the models it is
 * measured against stay as they are; a share on which it cannot run has no point.
 */
export function learningCurve(input: LearningCurveInput): LearningCurve {
  const { router, foldInput, margin } = input;
  const { groupOf, seed, dials } = foldInput;
  const points = SHARES.flatMap((share) => {
    const folds = input.folds.map((fold) => refitted(fold, share, input));
    const offered = folds.flatMap(({ routers }) => {
      const dial = routers.get(router);
      return dial === undefined ? [] : [dial];
    });
    if (offered.length < folds.length) return [];
    const selections = folds.map((fold) => select(fold, margin));
    const procedure = selections.map(({ operating }) => operating.get(router)!);
    const sample = new TestSample(folds, groupOf, input.resamples, seed);
    const measured = {
      router,
      dial: matchDials(offered, dials).map((row) => row.procedure),
      vertices: offered,
      keeping: selections.map(({ keeping }) => keeping.get(router)!),
    };
    const { quality, cost } = sample.means(procedure);
    return [
      {
        share,
        fit: Math.round(mean(folds.map(({ fold }) => fold.fit.length))),
        policy: procedureId(procedure),
        quality: sample.estimate(quality),
        cost: sample.estimate(cost),
        aiq: routerMetrics(measured, folds, selections, sample).metrics.aiq,
      },
    ];
  });
  return { router, points };
}

function refitted(full: FittedFold, share: number, input: LearningCurveInput): FittedFold {
  const { router, foldInput } = input;
  const whole = full.routers.get(router);
  if (share === 1) {
    return { ...full, baselines: [], routers: new Map(whole ? [[router, whole]] : []) };
  }
  const fold = { ...full.fold, fit: fewer(full.fold.fit, share, input) };
  const only = foldInput.routers.filter((one) => one.router.id === router);
  const less = { ...foldInput, common: full.common, routers: only };
  return { ...full, fold, baselines: [], ...fitRouters(less, fold, full.always) };
}

/** Rows of a share of the groups, those with the smallest hashes, so that samples are nested. */
function fewer(
  rows: Int32Array,
  share: number,
  { foldInput, groupKeys, splitSeed }: LearningCurveInput,
): Int32Array {
  const { groupOf } = foldInput;
  const groups = [...new Set(Array.from(rows, (row) => groupOf[row]!))]
    .map((group) => ({ group, unit: hashToUnit('learning curve', splitSeed, groupKeys[group]!) }))
    .sort((a, b) => a.unit - b.unit);
  const kept = new Set(
    groups.slice(0, Math.max(1, Math.round(share * groups.length))).map(({ group }) => group),
  );
  return rows.filter((row) => kept.has(groupOf[row]!));
}
