import { join } from 'node:path';
import { openMemoryStore, openStore } from '../../src/store/index.js';
import { describeBatchStore } from './batch-contract.js';
import { describeStore } from './contract.js';
import { describeSignalStore } from './signal-contract.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
let files = 0;

const openFile = () => {
  files += 1;
  return openStore(join(folder, `contract-${files}.duckdb`));
};

describeStore('in memory', async () => openMemoryStore());
describeStore('in DuckDB', openFile);
describeSignalStore('in memory', async () => openMemoryStore());
describeSignalStore('in DuckDB', openFile);
describeBatchStore('in memory', async () => openMemoryStore());
describeBatchStore('in DuckDB', openFile);
