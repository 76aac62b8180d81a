export { openServiceLedger } from './service/duckdb-service-ledger.js';
export { readLedgerHistory } from './service/ledger-history.js';
export { openMemoryLedger } from './service/memory-service-ledger.js';
export { openMemoryStore, openStore, type Store } from './store.js';
export { createTableReader } from './table-reader.js';
export { createTableWriter } from './write-parquet.js';
