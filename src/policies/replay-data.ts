import type { Features } from '../features/index.js';
import type { OutcomeMatrix } from '../outcomes/index.js';

/** What is replayed over: a matrix, its prompts' features, and the rows (prompt indices) to visit. */
export interface ReplayData {
  readonly matrix: OutcomeMatrix;
  /** One per prompt of the matrix. */
  readonly features: readonly Features[];
  readonly rows: Int32Array;
}
