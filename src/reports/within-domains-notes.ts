import type { Comparison } from '../evaluation/index.js';
import { count, fraction, interval, percent, signed } from './numbers.js';
import { sampleText } from './sample-text.js';

/** What a lookup by domain reaches, and whether the candidate does more than tell domains apart. */
export function withinDomainsNotes(comparison: Comparison): readonly string[] {
  const { withinDomains, tradeoffs } = comparison;
  if (withinDomains === undefined || withinDomains === null) return [];
  const { policy, gain, overPerDomain, domains } = withinDomains;
  const lookup = tradeoffs.find(({ router, dial }) => router === 'per-domain' && dial === 'best');
  const reached =
    lookup === undefined
      ? []
      : [
          `a lookup of the best model by domain reaches ${interval(lookup.quality, fraction)} at ${percent(lookup.costSaving.mean, 0)} less cost`,
        ];
  const beyond =
    gain === null
      ? []
      : [
          `${policy} against a random mixture of its cost inside each domain: ${interval(gain, signed(fraction))}${gain.low !== null && gain.low > 0 ? '' : ', not shown to do more than tell domains apart'}`,
        ];
  const over =
    overPerDomain === null || policy === 'per-domain@best'
      ? []
      : [`its quality less the lookup's: ${interval(overPerDomain, signed(fraction))}`];
  return [
    `within ${count(domains.length)} domains (${sampleText(comparison)}): ${[...reached, ...beyond, ...over].join('; ')}`,
  ];
}
