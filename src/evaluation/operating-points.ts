import { boundedPValue, clusterDifference, holm } from '../statistics/index.js';
import type { OperatingPointTest } from './comparison.js';
import type { FittedFold } from './fit-fold.js';
import { bootstrapPValue, gainOverMixture } from './mixture-check.js';
import type { Procedure, TestSample } from './test-sample.js';

/** Tests each router's one operating point, chosen on tune, and adjusts for how many routers there are. */
export function testOperatingPoints(
  points: readonly {
    readonly router: string;
    readonly id: string;
    readonly procedure: Procedure;
  }[],
  reference: Procedure,
  folds: readonly FittedFold[],
  sample: TestSample,
  { margin, costKnown }: { readonly margin: number; readonly costKnown: boolean },
): OperatingPointTest[] {
  const referenceQuality = sample.column(reference, 'quality');
  const ofReference = sample.means(reference);
  const tests = points.flatMap(({ router, id, procedure }) => {
    const quality = clusterDifference(
      sample.column(procedure, 'quality'),
      referenceQuality,
      sample.groups,
    );
    const own = sample.means(procedure);
    const gains = gainOverMixture(sample, procedure, folds);
    const named = { router, policy: id, prompts: sample.rows, groups: sample.groupCount };
    const againstReference = {
      ...named,
      against: 'reference' as const,
      difference: sample.estimate(sample.draw((at) => own.quality[at]! - ofReference.quality[at]!)),
      p: boundedPValue(quality, -margin),
    };
    const againstMixture = {
      ...named,
      against: 'mixture' as const,
      difference: sample.estimate(gains),
      p: bootstrapPValue(gains, sample.effectiveGroups),
    };
    return costKnown ? [againstReference, againstMixture] : [againstReference];
  });
  const adjusted = new Map<(typeof tests)[number], number>();
  for (const against of ['reference', 'mixture'] as const) {
    const family = tests.filter((test) => test.against === against);
    holm(family.map(({ p }) => p)).forEach((p, i) => {
      adjusted.set(family[i]!, p);
    });
  }
  return tests.map((test) => {
    const { p, ...rest } = test;
    return { ...rest, pValue: finite(p), pAdjusted: finite(adjusted.get(test)!) };
  });
}

function finite(p: number): number | null {
  return Number.isFinite(p) ? p : null;
}
