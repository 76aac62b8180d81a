/** One verdict that a judge may give, and the score that code makes of it. */
export interface RubricGrade {
  readonly verdict: string;
  /** In [0, 1]. */
  readonly score: number;
  /** When to give it, as the judge reads it. */
  readonly meaning: string;
}

/** What a judging model is asked, as data. Any change raises `version`. */
export interface Rubric {
  readonly id: string;
  readonly version: number;
  /** One line: what it measures. */
  readonly summary: string;
  /** What to look at and what to leave out of account. */
  readonly instructions: readonly string[];
  /** Best first; at least two. */
  readonly scale: readonly RubricGrade[];
}
