import type { RouterData } from '../router.js';
import { selectRows } from '../router-data.js';
import { innerFolds } from './inner-folds.js';
import { learnOnce } from './learn-once.js';
import type { LearnOptions, Predictor, PredictorMethod } from './predictor.js';

const FOLDS = 3;
/** Prompts to learn from are enough to see what a method is worth, evenly spaced where there are more. */
const ENOUGH_TO_LEARN = 6_000;

/** Some groups of the data, and the data without them. */
export interface HeldOut {
  /** Rows, ascending. */
  readonly rows: Int32Array;
  /** The data without them, thinned where it is large. */
  readonly rest: RouterData;
}

const parts = new WeakMap<RouterData, Map<number, readonly HeldOut[]>>();

/** The data in three parts by groups, each with what remains; the same objects for all who ask. */
export function heldOutParts(data: RouterData, seed: number): readonly HeldOut[] {
  const bySeed = parts.get(data) ?? new Map<number, readonly HeldOut[]>();
  parts.set(data, bySeed);
  const known = bySeed.get(seed);
  if (known !== undefined) return known;
  const fold = innerFolds(data.groups, FOLDS, seed);
  const all = Int32Array.from(fold, (_, row) => row);
  const made = Array.from({ length: FOLDS }, (_, held) => ({
    rows: all.filter((row) => fold[row] === held),
    rest: selectRows(data, thinned(all.filter((row) => fold[row] !== held))),
  })).filter(({ rows, rest }) => rows.length > 0 && rest.features.length > 0);
  bySeed.set(seed, made);
  return made;
}

function thinned(rows: Int32Array): Int32Array {
  const most = Math.min(rows.length, ENOUGH_TO_LEARN);
  return Int32Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)]!);
}

/**
 * A predictor that never saw the held-out rows' scores, but for its hyper-parameters, which are those
 * chosen on all of the data. Null where the method cannot learn from the rest.
 */
export function learnWithout<Document>(
  method: PredictorMethod<Document>,
  { rest }: HeldOut,
  onAll: Document,
  options: LearnOptions,
): Predictor | null {
  const settings = { ...options.settings, ...method.chosen?.(onAll) };
  const learned = learnOnce(method, rest, { ...options, settings });
  return isLeftOut(learned) ? null : method.load(learned, rest.models.length);
}

export function isLeftOut(learned: unknown): learned is { readonly leftOut: string } {
  return typeof learned === 'object' && learned !== null && 'leftOut' in learned;
}
