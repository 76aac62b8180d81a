export { CELL, type OutcomeMatrix } from './matrix.js';
export type { Outcome, Run, RunStatus, Score, SpendTotal } from './outcome.js';
export type { RunStore } from './run-store.js';
