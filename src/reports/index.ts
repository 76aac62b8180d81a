export { comparisonJson } from './comparison-json.js';
export { type ComparisonTextOptions, comparisonText } from './comparison-text.js';
export { type EstimateFacts, estimateJson, estimateText } from './estimate-text.js';
export { jsonLine } from './json-line.js';
export { count, dollars, milliseconds, money, percent } from './numbers.js';
export { runListJson, runListText } from './run-list.js';
export { runSummaryJson, runSummaryText } from './run-summary.js';
