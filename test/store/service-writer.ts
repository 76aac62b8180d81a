import { openServiceLedger } from '../../src/store/index.js';
import { aJudgement, anEntry, aVerdict } from './service-samples.js';

/**
 * A process that records operations, sixteen at a time, and prints the number of each once it is
 * acknowledged; of every third it says what it is worth, and prints that as `caller 12` or `judge 12`. Reading forces entries into the tables, so a kill meets every part of that too.
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
    if (Number(id) % 3 === 0) {
      const isJudge = Number(id) % 2 === 0;
      await ledger.recordFeedback(isJudge ? aJudgement(id) : aVerdict(id));
      process.stdout.write(`${isJudge ? 'judge' : 'caller'} ${id}\n`);
    }
    if (acknowledged % Number(readEvery) === 0) await ledger.totals([]);
  }
};
await Promise.all(Array.from({ length: 16 }, work));
