import type { Prompt } from '../datasets/index.js';
import { hashToUnit } from '../hash.js';
import { UserError } from '../user-error.js';
import type { Grouping } from './grouping.js';
import { FOLDS, type Fold, refitFold, type Split } from './splits.js';

/**
 * Holds out whole domains: they are dealt to at most five folds in the order of their hashes. Each
 * fold is fitted on some of the other folds' domains and tuned on the rest of them, so that what is
 * chosen has not been learned from either. A group of near-duplicates that crosses domains goes with
 * its first prompt's, so that none is on two sides.
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
  const domains = groupByDomain(prompts, rows, grouping);
  const used = [...new Set(Array.from(rows, (row) => domains.groupOf[row]!))]
    .map((domain) => ({ domain, unit: hashToUnit('domain', splitSeed, domains.keys[domain]!) }))
    .sort((a, b) => a.unit - b.unit);
  if (used.length < 2) {
    throw new UserError(
      `--out-of-domain holds out whole domains, and all prompts are of one, "${domains.keys[0]}": nothing would be left to learn from`,
    );
  }
  const count = Math.min(FOLDS, used.length);
  const foldOf = new Map(used.map(({ domain }, rank) => [domain, rank % count]));
  const isTest = (row: number, fold: number): boolean => foldOf.get(domains.groupOf[row]!) === fold;
  const crossing = rows.filter(
    (row) => prompts[row]!.domain !== domains.keys[domains.groupOf[row]!],
  ).length;
  return {
    kind: 'cross-fit',
    folds: Array.from({ length: count }, (_, fold) => {
      const learned = rows.filter((row) => !isTest(row, fold));
      return {
        ...refitByDomain(prompts, learned, grouping, splitSeed),
        test: rows.filter((row) => isTest(row, fold)),
      };
    }),
    groups: new Set(Array.from(rows, (row) => grouping.groupOf[row]!)).size,
    warnings:
      crossing === 0
        ? []
        : [
            `${crossing} prompts are near-duplicates of prompts of another domain, and are held out together with that domain.`,
          ],
  };
}

/** Everything to fit and tune, no domain on both sides; by groups where there is but one domain. */
export function refitByDomain(
  prompts: readonly Prompt[],
  rows: Int32Array,
  grouping: Grouping,
  splitSeed: number,
): Fold {
  const domains = groupByDomain(prompts, rows, grouping);
  const one = new Set(Array.from(rows, (row) => domains.groupOf[row]!)).size < 2;
  return refitFold(rows, one ? grouping : domains, splitSeed);
}

/** Domains as if they were groups of near-duplicates: each prompt in that of its group's first prompt. */
function groupByDomain(
  prompts: readonly Prompt[],
  rows: Int32Array,
  { groupOf }: Grouping,
): Grouping {
  const firstOf = new Map<number, string>();
  const indexOf = new Map<string, number>();
  const domainOf = new Int32Array(prompts.length);
  for (const row of rows) {
    const domain = firstOf.get(groupOf[row]!) ?? prompts[row]!.domain ?? '';
    firstOf.set(groupOf[row]!, domain);
    const index = indexOf.get(domain) ?? indexOf.size;
    indexOf.set(domain, index);
    domainOf[row] = index;
  }
  return { groupOf: domainOf, keys: [...indexOf.keys()], warnings: [] };
}
