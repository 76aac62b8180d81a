import type { Prompt } from '../datasets/index.js';
import { hashToUnit } from '../hash.js';
import type { Grouping } from './grouping.js';

/** What is learned on, chosen on and reported on. Prompt indices, ascending; no group is in two of them. */
export interface Fold {
  readonly fit: Int32Array;
  readonly tune: Int32Array;
  readonly test: Int32Array;
}

/** One fold for a plain split; in cross-fitting every prompt is in the test part of exactly one. */
export interface Split {
  readonly kind: 'plain' | 'cross-fit';
  readonly folds: readonly Fold[];
  readonly groups: number;
  readonly warnings: readonly string[];
}

/** Below this many prompts the test part would be too small: cross-fitting. */
const PLAIN_SPLIT_PROMPTS = 2000;
/** Folds of cross-fitting, where there are as many groups or domains. */
export const FOLDS = 5;
/** Of what is not tested: 50 % of all to fit, 20 % to tune. */
const FIT_SHARE = 5 / 7;

/**
 * Splits prompts by their groups' keys, so that the side of a group depends on what is in it and
 * the seed alone. An imported split is honoured where every prompt has one and no group crosses it.
 * @param rows prompt indices to split
 * @param crossFitted however many there are, and whatever split was published
 */
export function splitPrompts(
  prompts: readonly Prompt[],
  rows: Int32Array,
  grouping: Grouping,
  splitSeed: number,
  crossFitted = false,
): Split {
  const groups = new Set(Array.from(rows, (row) => grouping.groupOf[row]!));
  const warnings: string[] = [];
  const key = (row: number): string => grouping.keys[grouping.groupOf[row]!]!;
  const side = (row: number): number => hashToUnit('split', splitSeed, key(row));
  const imported = crossFitted ? null : importedSides(prompts, rows, grouping, warnings);
  if (groups.size < 2) {
    warnings.push('All prompts are near-duplicates of each other: nothing can be held out.');
    return { kind: 'plain', folds: [{ fit: rows, tune: rows, test: rows }], groups: 1, warnings };
  }
  if (imported !== null) {
    const tuned = imported.includes('tune');
    const fold = {
      fit: rows.filter((row, i) => imported[i] === 'fit' && (tuned || side(row) < FIT_SHARE)),
      tune: rows.filter((row, i) =>
        tuned ? imported[i] === 'tune' : imported[i] === 'fit' && side(row) >= FIT_SHARE,
      ),
      test: rows.filter((_, i) => imported[i] === 'test'),
    };
    if (fold.fit.length > 0 && fold.tune.length > 0) {
      return { kind: 'plain', folds: [fold], groups: groups.size, warnings };
    }
  }
  if (rows.length >= PLAIN_SPLIT_PROMPTS && !crossFitted) {
    const fold = {
      fit: rows.filter((row) => side(row) < 0.5),
      tune: rows.filter((row) => side(row) >= 0.5 && side(row) < 0.7),
      test: rows.filter((row) => side(row) >= 0.7),
    };
    if (fold.fit.length > 0 && fold.tune.length > 0 && fold.test.length > 0) {
      return { kind: 'plain', folds: [fold], groups: groups.size, warnings };
    }
  }
  return {
    kind: 'cross-fit',
    folds: crossFit(rows, grouping, splitSeed),
    groups: groups.size,
    warnings,
  };
}

/** Everything to fit and tune, nothing held out: for the refit that is exported after cross-fitting. */
export function refitFold(rows: Int32Array, grouping: Grouping, splitSeed: number): Fold {
  return { ...fitAndTune(rows, grouping, splitSeed), test: new Int32Array(0) };
}

/** Groups are dealt to folds in the order of their hashes, so that folds hold equally many groups. */
function crossFit(rows: Int32Array, grouping: Grouping, splitSeed: number): Fold[] {
  const ranks = rankGroups(rows, grouping, 'fold', splitSeed);
  const folds = Array.from({ length: Math.min(FOLDS, ranks.size) }, (_, fold) => {
    const isTest = (row: number): boolean =>
      ranks.get(grouping.groupOf[row]!)! % Math.min(FOLDS, ranks.size) === fold;
    return {
      ...fitAndTune(
        rows.filter((row) => !isTest(row)),
        grouping,
        splitSeed,
      ),
      test: rows.filter(isTest),
    };
  });
  return folds;
}

/** 5 : 2 by rank of the groups' hashes, so that neither side is empty where there are two groups. */
function fitAndTune(
  rows: Int32Array,
  grouping: Grouping,
  splitSeed: number,
): { fit: Int32Array; tune: Int32Array } {
  const ranks = rankGroups(rows, grouping, 'tune', splitSeed);
  if (ranks.size < 2) return { fit: rows, tune: rows };
  const fitted = Math.min(Math.max(Math.round(ranks.size * FIT_SHARE), 1), ranks.size - 1);
  const isFit = (row: number): boolean => ranks.get(grouping.groupOf[row]!)! < fitted;
  return { fit: rows.filter(isFit), tune: rows.filter((row) => !isFit(row)) };
}

function rankGroups(
  rows: Int32Array,
  grouping: Grouping,
  purpose: string,
  splitSeed: number,
): Map<number, number> {
  const groups = [...new Set(Array.from(rows, (row) => grouping.groupOf[row]!))];
  const ordered = groups
    .map((group) => ({ group, unit: hashToUnit(purpose, splitSeed, grouping.keys[group]!) }))
    .sort((a, b) => a.unit - b.unit);
  return new Map(ordered.map(({ group }, rank) => [group, rank]));
}

const SIDES: Readonly<Record<string, 'fit' | 'tune' | 'test'>> = {
  train: 'fit',
  validation: 'tune',
  test: 'test',
};

/** The published side of each row; null where it is incomplete or cannot be kept to. */
function importedSides(
  prompts: readonly Prompt[],
  rows: Int32Array,
  { groupOf }: Grouping,
  warnings: string[],
): readonly ('fit' | 'tune' | 'test')[] | null {
  const sides: ('fit' | 'tune' | 'test')[] = [];
  const sideOf = new Map<number, string>();
  const crossing = new Set<number>();
  const published = Array.from(rows, (row) => prompts[row]!.split);
  const without = published.filter((split) => SIDES[split ?? ''] === undefined);
  if (without.length > 0) {
    if (published.some((split) => split !== null)) {
      const other = without.find((split) => split !== null);
      const named = other === undefined ? '' : ` (one says "${other}")`;
      warnings.push(
        `The published split is not used: ${without.length} of ${rows.length} prompts are not on a side of it, train, validation or test${named}; the prompts were split anew.`,
      );
    }
    return null;
  }
  for (const row of rows) {
    const side = SIDES[prompts[row]!.split!]!;
    sides.push(side);
    const group = groupOf[row]!;
    if ((sideOf.get(group) ?? side) !== side) crossing.add(group);
    sideOf.set(group, side);
  }
  if (!sides.includes('test') || !sides.includes('fit')) return null;
  if (crossing.size > 0) {
    warnings.push(
      `The published split is not used: ${crossing.size} groups of near-duplicates are on two of its sides; the prompts were split anew.`,
    );
    return null;
  }
  return sides;
}
