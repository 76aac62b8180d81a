import { openStore } from '../../src/store/index.js';
import { anOutcome, aRun, aScore, someUsage } from './samples.js';

/**
 * A process that holds a store open. `write` adds outcome after outcome, eight at a time, and
 * prints each number once it is promised durable; `hold` only waits.
 */
const [, , path = '', task = 'hold', start = '0'] = process.argv;
const store = await openStore(path);
process.stdout.write('open\n');

if (task === 'write') {
  if ((await store.runs.findRun('run-1')) === null) await store.runs.createRun(aRun(), []);
  let next = Number(start);
  const work = async (): Promise<void> => {
    for (;;) {
      const promptId = String(next++);
      await store.runs.addOutcome(anOutcome({ promptId }), [someUsage({ operationId: promptId })]);
      process.stdout.write(`${promptId}\n`);
      await store.runs.addScore(aScore({ promptId }), []);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
} else {
  setInterval(() => {}, 60_000);
}
