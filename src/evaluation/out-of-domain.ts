import type { Prompt } from '../datasets/index.js';
import { hashToUnit } from '../hash.js';
import { UserError } from '../user-error.js';
import type { Grouping } from './grouping.js';
import { FOLDS, refitFold, type Split } from './splits.js';

/**
 * Holds out whole domains: they are dealt to at most five folds in the order of their hashes, and
 * each fold is fitted and tuned on the domains of the others. A group of near-duplicates that
 * crosses domains goes with its first prompt's, so that none is on two sides.
 * @param rows prompt indices to split
 * @throws UserError where a prompt declares no domain, or all are of one
 */
export function splitByDomain(
  prompts: readonly Prompt[],
  rows: Int32Array,
  grouping: Grouping,
  splitSeed: number,
): Split {
  const without = rows.filter((row) => prompts[row]!.domain === null).length;
  if (without > 0) {
    throw new UserError(
      `--out-of-domain holds out whole domains, and ${without} of ${rows.length} prompts declare none: give each its "domain", or leave the flag out`,
    );
  }
  const domainOf = new Map<number, string>();
  let crossing = 0;
  for (const row of rows) {
    const group = grouping.groupOf[row]!;
    const known = domainOf.get(group);
    if (known === undefined) domainOf.set(group, prompts[row]!.domain!);
    else if (known !== prompts[row]!.domain) crossing++;
  }
  const domains = [...new Set(domainOf.values())]
    .map((domain) => ({ domain, unit: hashToUnit('domain', splitSeed, domain) }))
    .sort((a, b) => a.unit - b.unit);
  if (domains.length < 2) {
    throw new UserError(
      `--out-of-domain holds out whole domains, and all prompts are of one, "${domains[0]?.domain ?? ''}": nothing would be left to learn from`,
    );
  }
  const count = Math.min(FOLDS, domains.length);
  const foldOf = new Map(domains.map(({ domain }, rank) => [domain, rank % count]));
  const isTest = (row: number, fold: number): boolean =>
    foldOf.get(domainOf.get(grouping.groupOf[row]!)!) === fold;
  const warnings =
    crossing === 0
      ? []
      : [
          `${crossing} prompts are near-duplicates of prompts of another domain, and are held out together with that domain.`,
        ];
  return {
    kind: 'cross-fit',
    folds: Array.from({ length: count }, (_, fold) => ({
      ...refitFold(
        rows.filter((row) => !isTest(row, fold)),
        grouping,
        splitSeed,
      ),
      test: rows.filter((row) => isTest(row, fold)),
    })),
    groups: domainOf.size,
    warnings,
  };
}
