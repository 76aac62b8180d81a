import { bootstrapSums, Curve, mean as meanOf, upperHull } from '../statistics/index.js';
import type { Estimate, WithinDomains } from './comparison.js';
import type { FittedFold } from './fit-fold.js';
import type { Draws, Procedure, TestSample } from './test-sample.js';

export interface WithinDomainsInput {
  readonly sample: TestSample;
  readonly folds: readonly FittedFold[];
  /** Declared domain of each prompt of the matrix. */
  readonly domainOf: readonly (string | null)[];
  readonly reference: Procedure;
  /** Null where the lookup by domain could not run. */
  readonly perDomain: Procedure | null;
  readonly candidate: { readonly id: string; readonly procedure: Procedure } | null;
  readonly costKnown: boolean;
  readonly resamples: number;
  readonly seed: number;
}

const UNDECLARED = '(none)';

/**
 * Looks at the test part domain by domain, on the same resamples as everything else. The candidate is
 * held against the random mixture at its cost *in each domain*, so a policy that only tells domains
 * apart gains nothing. The models mixed are those on the hull of the domain's own fit and tune prompts
 * in at least half of the folds: a domain of one fold may hold too few test prompts to draw a line
 * through. Where there are none, those on the folds' hulls over all domains are.
 * @returns null where there are fewer than two domains
 */
export function lookWithinDomains(input: WithinDomainsInput): WithinDomains | null {
  const { sample, folds, domainOf, reference, perDomain, candidate } = input;
  const nameOf = (prompt: number): string => domainOf[prompt] ?? UNDECLARED;
  const domains = [...new Set(Array.from(sample.prompts, nameOf))].sort();
  if (domains.length < 2) return null;
  const position = new Map(domains.map((domain, at) => [domain, at]));
  const parts = sample.prompts.map((prompt) => position.get(nameOf(prompt))!);
  const width = folds[0]!.always.length;
  const models = Array.from({ length: width }, (_, m) => folds.map(({ always }) => always[m]!));
  const mixed = domains.map((domain) => mixedModels(input, (row) => nameOf(row) === domain));
  const procedures = [
    reference,
    perDomain ?? reference,
    candidate?.procedure ?? reference,
    ...models,
  ] as const;
  const series = procedures.flatMap((procedure) => [
    sample.column(procedure, 'quality'),
    sample.column(procedure, 'cost'),
  ]);
  const of = { series, groups: sample.groups, parts, resamples: input.resamples, seed: input.seed };
  // With all rows in one group, its one draw is the sample itself.
  const exact = bootstrapSums({ ...of, groups: sample.groups.map(() => 0), resamples: 1 });
  const drawn = bootstrapSums(of);
  const drawsOf = (first: Float64Array, rest: Float64Array, place: number): Draws => {
    const draws = new Float64Array(sample.size);
    draws[0] = first[place]!;
    draws.set(rest.subarray(place * input.resamples, (place + 1) * input.resamples), 1);
    return draws;
  };
  const rowsIn = (domain: number): Draws => drawsOf(exact.rows, drawn.rows, domain);
  const meanIn = (domain: number, column: number): Draws => {
    const place = column * domains.length + domain;
    const sums = drawsOf(exact.sums, drawn.sums, place);
    const rows = rowsIn(domain);
    return sample.draw((at) => sums[at]! / rows[at]!);
  };
  const gainIn = domains.map((_, domain) => {
    const [quality, cost] = [meanIn(domain, 4), meanIn(domain, 5)];
    const models = mixed[domain]!.map((m) => ({
      quality: meanIn(domain, 6 + 2 * m),
      cost: meanIn(domain, 7 + 2 * m),
    }));
    const line = new Curve(models.length);
    return sample.draw((at) => {
      line.clear();
      for (const model of models) line.add(model.cost[at]!, model.quality[at]!);
      return quality[at]! - line.at(cost[at]!);
    });
  });
  const sizes = domains.map((_, domain) => rowsIn(domain));
  const overDomains = (at: number): number => {
    let total = 0;
    let count = 0;
    for (let domain = 0; domain < domains.length; domain++) {
      const here = sizes[domain]![at]!;
      if (here === 0) continue;
      total += here * gainIn[domain]![at]!;
      count += here;
    }
    return total / count;
  };
  const gains = candidate !== null && input.costKnown;
  return {
    policy: candidate?.id ?? null,
    gain: gains ? sample.estimate(sample.draw(overDomains)) : null,
    overPerDomain:
      candidate === null || perDomain === null
        ? null
        : differenceOf(sample, candidate.procedure, perDomain),
    domains: domains.map((domain, at) => {
      const inPart = (part: 'fit' | 'tune' | 'test'): number =>
        folds.reduce(
          (total, { fold }) => total + fold[part].filter((row) => nameOf(row) === domain).length,
          0,
        );
      const quality = (column: number): Estimate => sample.estimate(meanIn(at, column));
      return {
        domain,
        fit: Math.round(inPart('fit') / folds.length),
        tune: Math.round(inPart('tune') / folds.length),
        test: inPart('test'),
        testGroups: new Set(sample.groups.filter((_, row) => parts[row] === at)).size,
        reference: quality(0),
        perDomain: perDomain === null ? null : quality(2),
        candidate: candidate === null ? null : quality(4),
        gain: gains ? sample.estimate(gainIn[at]!) : null,
      };
    }),
  };
}

function differenceOf(sample: TestSample, one: Procedure, other: Procedure): Estimate {
  const [own, theirs] = [sample.means(one).quality, sample.means(other).quality];
  return sample.estimate(sample.draw((at) => own[at]! - theirs[at]!));
}

/** Said where a gain over the mixture holds overall and is not shown inside domains. */
export function domainsApartWarning(within: WithinDomains | null, gainHolds: boolean): string[] {
  const gain = within?.gain;
  if (within === null || !gainHolds || gain == null || gain.mean === null) return [];
  if (gain.low !== null && gain.low > 0) return [];
  const number = (value: number | null): string => (value === null ? '?' : value.toFixed(4));
  return [
    `The gain of ${within.policy} over the random mixture is not shown within domains (${number(gain.mean)}, ${number(gain.low)} to ${number(gain.high)}): telling domains apart may be all of it.`,
  ];
}

function mixedModels({ folds }: WithinDomainsInput, isHere: (row: number) => boolean): number[] {
  const width = folds[0]!.always.length;
  const hulls = folds.map(({ fold, common }) => {
    const rows = [...fold.fit, ...fold.tune].filter(isHere);
    const average = (values: Float64Array, m: number): number =>
      meanOf(rows.map((row) => values[row * width + m]!));
    return upperHull(
      Array.from({ length: width }, (_, m) => ({
        quality: average(common.means.score, m),
        cost: average(common.means.cost, m),
      })),
    );
  });
  const inHalf = (of: readonly (readonly number[])[]): number[] =>
    Array.from({ length: width }, (_, m) => m).filter(
      (m) => 2 * of.filter((hull) => hull.includes(m)).length >= folds.length,
    );
  const here = inHalf(hulls);
  // A domain met only on test, or whose folds agree on no model, is mixed from what is good overall.
  return here.length > 0 ? here : [...new Set(folds.flatMap(({ hull }) => hull))];
}
