/** How a threshold of similarity did on labelled pairs. Rates are shares in [0, 1]. */
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

/** What `switchyard cache calibrate` found: the ground on which a semantic cache may be turned on. Plain data. */
export interface CacheCalibration {
  readonly format: 'switchyard-cache-calibration';
  readonly format_version: 1;
  readonly created_at: string;
  readonly code_version: string;
  /** Signal id of the embeddings, e.g. `embedding:local`: a threshold holds for these alone. */
  readonly embeddings: string;
  /** Version of the guards that stood before a hit; they are part of what was measured. */
  readonly guards: string;
  readonly pairs: { readonly path: string; readonly sha256: string };
  /** The bound that was asked for, a share. */
  readonly max_false_hits: number;
  /** The lowest threshold whose upper bound on the calibration part is within `max_false_hits`; null where none is. */
  readonly threshold: number | null;
  /** On the part that the threshold was chosen on, every threshold that was looked at, ascending. */
  readonly calibration: readonly ThresholdFigures[];
  /** At the threshold, on the part that it was not chosen on; null where there is no threshold or no such part. */
  readonly test: ThresholdFigures | null;
}
