import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { policyFromDocument, routers as registry } from '../routers/index.js';
import { UserError } from '../user-error.js';
import { type FittedFold, landBaselines } from './fit-fold.js';
import {
  type Fitted,
  fitInTurn,
  gather,
  type JobResult,
  type ProgressListener,
  planJobs,
  readResult,
  runJob,
} from './fit-jobs.js';
import type { Prepared } from './prepare.js';
import { claim, type WorkerInput, type WorkerMessage } from './worker-messages.js';

/** Cells times routers times folds below which fitting takes seconds, and a thread's start and warm-up eat what it gains. */
const LEAST_WORK = 100_000;

const ENTRY = new URL('./fit-worker.js', import.meta.url);

/** Most of a worker's heap is short-lived; a larger young generation spares it most collections. */
const RESOURCES = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 4096 };

/**
 * Fits routers on several threads, this one among them, to the same numbers as `fitInTurn`. Each
 * takes the next job that nobody has taken; routers from a user's own files stay on this thread.
 * Small comparisons, and programs that run from TypeScript, where workers have no entry, take turns.
 * @throws UserError as a router's `fit` does
 */
export async function fitInThreads(
  prepared: Prepared,
  threads: number,
  onProgress: ProgressListener,
): Promise<Fitted> {
  const { split, foldInput } = prepared;
  const { common, routers } = foldInput;
  const work = common.rows.length * common.matrix.models.length * routers.length;
  if (threads < 2 || work * split.folds.length < LEAST_WORK || !existsSync(fileURLToPath(ENTRY))) {
    return fitInTurn(prepared, onProgress);
  }
  const own = routers.filter(({ router }) => registry.get(router.id) === router);
  const foreign = routers.filter((one) => !own.includes(one));
  const ofAll = planJobs(
    own.map(({ router }) => router),
    split.folds.length,
  );
  const ofThis = planJobs(
    foreign.map(({ router }) => router),
    split.folds.length,
  );
  const jobs = [...ofAll, ...ofThis];
  const count = Math.min(threads, ofAll.length);
  onProgress(`Fitting and replaying ${routers.length} routers on ${count} threads`);
  const bare = split.folds.map((fold) => landBaselines(foldInput, fold));
  const results = new Array<JobResult>(jobs.length);
  const queue = new Int32Array(new SharedArrayBuffer(4));
  // Taken before there are workers: the longest job starts while they load, and its policies stay as they are.
  const first = claim(queue);
  const workerData = inputOf(prepared, bare, own, ofAll, queue);
  const workers = Array.from(
    { length: count - 1 },
    () => new Worker(ENTRY, { workerData, resourceLimits: RESOURCES }),
  );
  const ended = Promise.all(workers.map((worker) => collect(worker, results)));
  // A failure is told once this thread waits for the workers.
  ended.catch(() => {});
  try {
    const input = { foldInput, folds: bare };
    for (let at = first; at < ofAll.length; at = claim(queue)) {
      results[at] = runJob(input, jobs[at]!);
      await setImmediate();
    }
    for (let at = ofAll.length; at < jobs.length; at++) results[at] = runJob(input, jobs[at]!);
    await ended;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  const order = routers.map(({ router }) => router);
  return gather(bare, order, jobs, results);
}

/** Resolves when the worker has ended, its results in place. */
function collect(worker: Worker, results: JobResult[]): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if ('result' in message) {
        results[message.at] = readResult(message.result, policyFromDocument);
        return;
      }
      const { message: text, exitCode } = message.mistake;
      reject(new UserError(text, { exitCode }));
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

/** No policy sees a prompt but through its features, so prompts stay here. */
function inputOf(
  { foldInput }: Prepared,
  bare: readonly FittedFold[],
  own: Prepared['foldInput']['routers'],
  jobs: WorkerInput['jobs'],
  queue: Int32Array,
): WorkerInput {
  const { common, features, groupOf, seed, dials } = foldInput;
  const matrix = { ...common.matrix, prompts: [] };
  return {
    input: {
      foldInput: { common: { ...common, matrix }, features, groupOf, seed, dials },
      folds: bare.map(({ fold, always, common: { matrix: ranked, ...rest } }) => ({
        fold,
        common: { ...rest, matrix: ranked === common.matrix ? matrix : { ...ranked, prompts: [] } },
        always: always.map(({ tuneCost }) => ({ tuneCost })),
      })),
    },
    jobs,
    routers: own.map(({ router, settings }) => ({ id: router.id, settings })),
    queue,
  };
}
