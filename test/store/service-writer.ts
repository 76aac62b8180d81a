import { openServiceLedger } from '../../src/store/index.js';
import { anEntry } from './service-samples.js';

/**
 * A process that records operations, sixteen at a time, and prints the number of each once it is
 * acknowledged. Reading forces entries into the tables, so a kill meets every part of that too.
 */
const [, , path = '', start = '0', readEvery = '100'] = process.argv;
const ledger = await openServiceLedger(path);
process.stdout.write('open\n');

let next = Number(start);
let acknowledged = 0;
const work = async (): Promise<void> => {
  for (;;) {
    const id = String(next++);
    await ledger.record(anEntry(id));
    process.stdout.write(`${id}\n`);
    acknowledged += 1;
    if (acknowledged % Number(readEvery) === 0) await ledger.totals([]);
  }
};
await Promise.all(Array.from({ length: 16 }, work));
