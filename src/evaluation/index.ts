export { compare, compareInThreads } from './compare.js';
export type * from './comparison.js';
export type { EvaluationStore } from './evaluation-store.js';
export { type FittedPolicy, fitForExport } from './export-fit.js';
export type { RouterSettings } from './fit-fold.js';
export type { ProgressListener } from './fit-jobs.js';
export type { CompareInput, CompareOptions } from './prepare.js';
export type { MeasuredVariants } from './variants.js';
