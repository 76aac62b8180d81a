import { parentPort, workerData } from 'node:worker_threads';
import { routers as registry } from '../routers/index.js';
import { UserError } from '../user-error.js';
import { runJob, writeResult } from './fit-jobs.js';
import { buffersOf, claim, type WorkerInput, type WorkerMessage } from './worker-messages.js';

/** Takes jobs from the queue that all threads share until there are none. */
const { input, jobs, routers, queue } = workerData as WorkerInput;
const foldInput = {
  ...input.foldInput,
  routers: routers.map(({ id, settings }) => ({ router: registry.get(id)!, settings })),
};
for (let at = claim(queue); at < jobs.length; at = claim(queue)) {
  try {
    const result = writeResult(runJob({ ...input, foldInput }, jobs[at]!));
    send({ at, result }, buffersOf(result));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    send({ at, mistake: { message: error.message, exitCode: error.exitCode } }, []);
    break;
  }
}

function send(message: WorkerMessage, transfer: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(message, transfer);
}
