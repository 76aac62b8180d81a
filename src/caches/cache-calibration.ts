/** How a threshold of similarity did on labelled pairs. */
export interface ThresholdFigures {
  readonly threshold: number;
  /** Pairs with the same answer, and how many of them would be hits. */
  readonly same: number;
  readonly hits: number;
  /** Pairs with different answers, and how many of them would be hits all the same. */
  readonly different: number;
  readonly falseHits: number;
  /** Upper end of the one-sided 95 % interval of falseHits / different (Clopper–Pearson). */
  readonly falseHitUpper: number;
}

/** A threshold, and the figures it was chosen by. */
export interface CalibrationCurve {
  /**
   * The lowest threshold whose upper bound on the calibration part is within the bound asked for, as
   * is that of every higher one; null where there is none.
   */
  readonly threshold: number | null;
  /** On the part that the threshold was chosen on, every threshold that was looked at, ascending. */
  readonly calibration: readonly ThresholdFigures[];
  /** At the threshold, on the part that it was not chosen on; null where there is no threshold or no such part. */
  readonly test: ThresholdFigures | null;
}

/** Pairs of one kind, on one part. */
export interface KindFigures {
  readonly kind: string;
  readonly split: 'calibration' | 'test';
  /** Whether these pairs have the same answer: then hits are wanted, else they are false. */
  readonly same: boolean;
  readonly pairs: number;
  /** At the threshold with the guards; null where there is none. */
  readonly hits: number | null;
  /** At the threshold of similarity alone; null where there is none. */
  readonly hitsWithoutGuards: number | null;
}

/** What `switchyard cache calibrate` found: the ground on which a semantic cache may be turned on. Plain data. */
export interface CacheCalibration extends CalibrationCurve {
  readonly format: 'switchyard-cache-calibration';
  readonly format_version: 1;
  readonly created_at: string;
  readonly code_version: string;
  /** Signal id of the embeddings, e.g. `embedding:local:1`: a threshold holds for these alone. */
  readonly embeddings: string;
  /** Version of the guards that stood before a hit; they are part of what was measured. */
  readonly guards: string;
  readonly pairs: { readonly path: string; readonly sha256: string };
  /** The bound that was asked for, a share. */
  readonly max_false_hits: number;
  /** The same pairs by similarity alone, for comparison. */
  readonly without_guards: CalibrationCurve;
  readonly kinds: readonly KindFigures[];
}
