export type { Dataset, GraderSpec, Prompt } from './prompt.js';
export type { Cell, TableFormat, TableReader, TableRow } from './table-reader.js';
