export type {
  ImportedCell,
  ImportedOutcomes,
  ImportedRun,
  ImportFormat,
  ImportOptions,
} from './imported-run.js';
export { importFormats, importOutcomes } from './registry.js';
export { type RunToImport, toRun } from './to-run.js';
