import { matchDials } from './dial-rows.js';
import type { FittedFold } from './fit-fold.js';
import { type MeasuredRouter, routerMetrics } from './router-metrics.js';
import type { Selection } from './selection.js';
import type { TestSample } from './test-sample.js';

/**
 * The metrics of the random mixture, where there is one, and of every router.
 * @param dials most settings that a router could offer
 */
export function measureRouters(
  routers: readonly string[],
  folds: readonly FittedFold[],
  selections: readonly Selection[],
  dials: number,
  sample: TestSample,
): MeasuredRouter[] {
  const mixtures = folds.map(({ baselines }) => baselines.filter((b) => b.router === 'mixture'));
  const ofMixture = {
    router: 'mixture',
    dial: matchDials(mixtures, dials).map(({ procedure }) => procedure),
    vertices: folds.map(({ hull, always }) => hull.map((m) => always[m]!)),
    keeping: folds.map(() => null),
  };
  const ofRouters = routers.map((router) => {
    const offered = folds.map((fold) => fold.routers.get(router)!);
    return {
      router,
      dial: matchDials(offered, dials).map(({ procedure }) => procedure),
      vertices: offered,
      keeping: selections.map(({ keeping }) => keeping.get(router)!),
    };
  });
  const mixed = mixtures.every((dial) => dial.length > 0);
  return [...(mixed ? [ofMixture] : []), ...ofRouters].map((input) =>
    routerMetrics(input, folds, selections, sample),
  );
}
