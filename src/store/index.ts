export { openMemoryStore, openStore, type Store } from './store.js';
export { createTableReader } from './table-reader.js';
export { createTableWriter } from './write-parquet.js';
