import { binomialUpper } from '../statistics/index.js';
import type {
  CacheCalibration,
  CalibrationCurve,
  KindFigures,
  ThresholdFigures,
} from './cache-calibration.js';

/** A labelled pair of texts, its similarity measured. */
export interface MeasuredPair {
  /** Whether one answer does for both. */
  readonly same: boolean;
  /** What makes the two alike or different, e.g. `paraphrase`. */
  readonly kind: string;
  readonly split: 'calibration' | 'test';
  /** Cosine of the embeddings. */
  readonly similarity: number;
  /** Whether a guard objects. */
  readonly refused: boolean;
}

export interface CalibrateOptions {
  /** Largest share of pairs with different answers that may be hits, in (0, 1). */
  readonly maxFalseHits: number;
  /** Of the bound, in (0, 1). */
  readonly confidence?: number;
}

/**
 * Thresholds that are looked at, in ascending order: fixed before anything is seen. Finer at the
 * top, where changing one word leaves most embeddings.
 */
const THRESHOLDS: readonly number[] = [
  ...Array.from({ length: 45 }, (_, at) => (50 + at) / 100),
  ...Array.from({ length: 10 }, (_, at) => (950 + 5 * at) / 1000),
  0.999,
];

/**
 * Chooses the threshold of a semantic cache on one part of some pairs, and reports it on the other.
 *
 * From the strictest threshold downward, each is accepted while the upper bound of its false hits is
 * within what is allowed, up to the first that is not. As the order is fixed beforehand and the first
 * failure ends it, every accepted threshold holds at the one confidence, however many were looked at
 * (fixed-sequence testing; Maurer, Hothorn and Lehmacher 1995; Angelopoulos et al. 2021, "Learn then
 * Test"). The lowest that happens to be within the bound would not.
 */
export function calibrate(
  pairs: readonly MeasuredPair[],
  { maxFalseHits, confidence = 0.95 }: CalibrateOptions,
): Pick<CacheCalibration, keyof CalibrationCurve | 'without_guards' | 'kinds'> {
  const guarded = curveOf(pairs, isHit, maxFalseHits, confidence);
  const plain = curveOf(pairs, isSimilar, maxFalseHits, confidence);
  return {
    ...guarded,
    without_guards: plain,
    kinds: kindsOf(pairs, guarded.threshold, plain.threshold),
  };
}

const isSimilar = ({ similarity }: MeasuredPair, threshold: number): boolean =>
  similarity >= threshold;
const isHit = (pair: MeasuredPair, threshold: number): boolean =>
  !pair.refused && isSimilar(pair, threshold);

function curveOf(
  pairs: readonly MeasuredPair[],
  hits: typeof isHit,
  maxFalseHits: number,
  confidence: number,
): CalibrationCurve {
  const [chosenOn, reportedOn] = (['calibration', 'test'] as const).map((part) =>
    pairs.filter(({ split }) => split === part),
  ) as [MeasuredPair[], MeasuredPair[]];
  const figures = (part: readonly MeasuredPair[], threshold: number): ThresholdFigures => {
    const same = part.filter((pair) => pair.same);
    const different = part.filter((pair) => !pair.same);
    const falseHits = different.filter((pair) => hits(pair, threshold)).length;
    return {
      threshold,
      same: same.length,
      hits: same.filter((pair) => hits(pair, threshold)).length,
      different: different.length,
      falseHits,
      falseHitUpper: binomialUpper(falseHits, different.length, confidence),
    };
  };
  const calibration = THRESHOLDS.map((threshold) => figures(chosenOn, threshold));
  const firstAbove = calibration.findLastIndex(({ falseHitUpper }) => falseHitUpper > maxFalseHits);
  const threshold = calibration[firstAbove + 1]?.threshold ?? null;
  const isTested = threshold !== null && reportedOn.length > 0;
  return { threshold, calibration, test: isTested ? figures(reportedOn, threshold) : null };
}

function kindsOf(
  pairs: readonly MeasuredPair[],
  guarded: number | null,
  plain: number | null,
): KindFigures[] {
  const groups = new Map<string, MeasuredPair[]>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.split, !pair.same, pair.kind]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pair]);
    else group.push(pair);
  }
  return [...groups.keys()].sort().map((key) => {
    const group = groups.get(key)!;
    const { kind, split, same } = group[0]!;
    const count = (hits: typeof isHit, threshold: number | null): number | null =>
      threshold === null ? null : group.filter((pair) => hits(pair, threshold)).length;
    return {
      kind,
      split,
      same,
      pairs: group.length,
      hits: count(isHit, guarded),
      hitsWithoutGuards: count(isSimilar, plain),
    };
  });
}
