export { checkDataFile } from './data-file.js';
export { type DatasetFilter, filterPrompts } from './filter.js';
export { hashPrompts } from './hash-prompts.js';
export { lineOf, type Position } from './position.js';
export { Problems, quote } from './problems.js';
export type { Dataset, GraderSpec, Prompt } from './prompt.js';
export { type ReadDatasetOptions, readDataset } from './read-dataset.js';
export { type DataRecord, readCsvFiles, readJsonLines, readRecords } from './records.js';
export type { Cell, TableFormat, TableReader, TableRow } from './table-reader.js';
