import type { Features } from '../features/index.js';
import type { OutcomeMatrix } from '../outcomes/index.js';

/** What replaying one policy over some prompts of a matrix gave, trials averaged per prompt. */
export interface Replayed {
  /** Score of the final answer, by row; 0 where the final call failed. */
  readonly quality: Float64Array;
  /** Cost of all calls made, by row, in the matrix's cost basis. */
  readonly cost: Float64Array;
  /** Milliseconds of all calls made, one after another, by row; NaN where unknown. */
  readonly latency: Float64Array;
  /** Index into the matrix's models of the model whose answer was kept, by row and trial. */
  readonly answeredBy: Int16Array;
}

/** What is replayed over: a matrix, its prompts' features, and the rows (prompt indices) to visit. */
export interface ReplayData {
  readonly matrix: OutcomeMatrix;
  /** One per prompt of the matrix. */
  readonly features: readonly Features[];
  readonly rows: Int32Array;
}
