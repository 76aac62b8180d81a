import type { Comparison } from './comparison.js';

/** Where comparisons are kept. */
export interface EvaluationStore {
  /** Adds the comparison with its tradeoffs and returns its id. */
  addEvaluation(comparison: Comparison): Promise<string>;
  /** How often the test part of this data under this split has been read so far. */
  countTestReadings(dataHash: string, splitSeed: number): Promise<number>;
  /** The latest comparison of a run, as it was added; null if there is none. */
  latestEvaluation(runId: string): Promise<Comparison | null>;
}
