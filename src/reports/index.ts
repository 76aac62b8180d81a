export { cacheCalibrationText } from './cache-calibration-text.js';
export { comparisonJson } from './comparison-json.js';
export {
  comparisonDocument,
  comparisonSchemaText,
  writeComparisonSchema,
} from './comparison-schema.js';
export { type EstimateFacts, estimateJson, estimateText } from './estimate-text.js';
export { reportFile, reportFormats } from './files/formats.js';
export type { FlatTable, TableWriter } from './files/table.js';
export { jsonLine } from './json-line.js';
export { count, dollars, milliseconds, money, percent } from './numbers.js';
export { runListJson, runListText } from './run-list.js';
export { runSummaryJson, runSummaryText } from './run-summary.js';
export { snakeCase } from './snake-case.js';
export { type ComparisonTextOptions, comparisonText } from './terminal/comparison-text.js';
