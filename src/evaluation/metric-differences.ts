import type { MetricDifference } from './comparison.js';
import type { FittedFold } from './fit-fold.js';
import type { MeasuredRouter } from './router-metrics.js';
import type { Draws, Procedure, TestSample } from './test-sample.js';

/** The lookup of the best model by domain, which every router is held against, and its top setting. */
const LOOKUP = 'per-domain';
const LOOKUP_BEST = 'best';

export interface DifferencesInput {
  readonly folds: readonly FittedFold[];
  readonly sample: TestSample;
  readonly measured: readonly MeasuredRouter[];
  /** The operating point of each router that ran. */
  readonly operating: readonly { readonly router: string; readonly procedure: Procedure }[];
  /** Of the routers that are put together from others: those. */
  readonly membersOf: ReadonlyMap<string, readonly string[]>;
}

/**
 * What routers gain over what one would use without them, on the same resamples: each router with a
 * dial over the lookup by domain, one put together from others over the best of those, one that
 * reads answers over the best that does not. The best has the highest AIQ on tune.
 */
export function metricDifferences(input: DifferencesInput): MetricDifference[] {
  const { folds, sample, operating, membersOf } = input;
  const measured = new Map(input.measured.map((one) => [one.metrics.router, one]));
  const ran = operating.flatMap(({ router }) => measured.get(router) ?? []);
  const lookup = measured.get(LOOKUP);
  const lookupBest = topSetting(folds);
  return operating.flatMap(({ router, procedure }) => {
    const own = measured.get(router);
    if (own === undefined || router === LOOKUP) return [];
    const hasDial = folds.every((fold) => fold.routers.get(router)!.length > 1);
    const members = membersOf.get(router) ?? [];
    const member = bestOnTune(ran.filter(({ metrics }) => members.includes(metrics.router)));
    const single = readsAnswers(router, folds)
      ? bestOnTune(ran.filter(({ metrics }) => !readsAnswers(metrics.router, folds)))
      : undefined;
    return [
      ...(hasDial && lookup !== undefined ? ofMetrics(own, lookup, 'lookup', sample) : []),
      ...(lookupBest === null ? [] : [ofQuality(router, procedure, lookupBest, sample)]),
      ...(member === undefined ? [] : ofMetrics(own, member, 'best_member', sample)),
      ...(single === undefined ? [] : ofMetrics(own, single, 'best_single_shot', sample)),
    ];
  });
}

function ofMetrics(
  own: MeasuredRouter,
  other: MeasuredRouter,
  role: MetricDifference['role'],
  sample: TestSample,
): MetricDifference[] {
  return (['aiq', 'apgr'] as const).flatMap((metric) => {
    const [mine, theirs] = [own[metric], other[metric]];
    if (mine === null || theirs === null) return [];
    const of = { router: own.metrics.router, against: other.metrics.router, role };
    return [{ metric, ...of, ...difference(mine, theirs, sample) }];
  });
}

function ofQuality(
  router: string,
  procedure: Procedure,
  lookupBest: Procedure,
  sample: TestSample,
): MetricDifference {
  return {
    metric: 'quality',
    router,
    against: `${LOOKUP}@${LOOKUP_BEST}`,
    role: 'lookup',
    ...difference(sample.means(procedure).quality, sample.means(lookupBest).quality, sample),
  };
}

function difference(
  mine: Draws,
  theirs: Draws,
  sample: TestSample,
): Pick<MetricDifference, 'difference' | 'prompts' | 'groups'> {
  return {
    difference: sample.estimate(sample.draw((at) => mine[at]! - theirs[at]!)),
    prompts: sample.rows,
    groups: sample.groupCount,
  };
}

function topSetting(folds: readonly FittedFold[]): Procedure | null {
  const settings = folds.flatMap(
    ({ routers }) => routers.get(LOOKUP)?.find(({ dial }) => dial === LOOKUP_BEST) ?? [],
  );
  return settings.length === folds.length ? settings : null;
}

function readsAnswers(router: string, folds: readonly FittedFold[]): boolean {
  return folds.some((fold) => fold.routers.get(router)!.some((one) => one.readsAnswers));
}

function bestOnTune(routers: readonly MeasuredRouter[]): MeasuredRouter | undefined {
  return routers
    .filter(({ tuneAiq }) => !Number.isNaN(tuneAiq))
    .reduce<MeasuredRouter | undefined>(
      (best, one) => (best === undefined || one.tuneAiq > best.tuneAiq ? one : best),
      undefined,
    );
}
