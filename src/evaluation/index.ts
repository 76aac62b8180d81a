export type * from './comparison.js';
export type { EvaluationStore } from './evaluation-store.js';
