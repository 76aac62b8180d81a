import type { BatchingModel } from '../experiments/index.js';
import type { BatchStore, Run, StoredBatch } from '../outcomes/index.js';
import type { Store } from '../store/index.js';
import { UserError } from '../user-error.js';
import type { LogLevel } from './global-options.js';
import type { Io } from './io.js';
import type { Prepared } from './prepare.js';

/**
 * The batch APIs of all models that answer.
 * @param flag that asks for them
 * @throws UserError naming the models that have none, as `--batch` promises its price for all
 */
export async function openBatchingModels(
  { models, openBatches }: Prepared,
  flag: '--batch' | '--cancel-batches',
): Promise<ReadonlyMap<string, BatchingModel>> {
  const opened = new Map<string, BatchingModel>();
  const without: string[] = [];
  for (const [id, model] of models) {
    const api = await openBatches(id);
    const { pricing } = model;
    if (api === null || pricing === null) without.push(id);
    else opened.set(id, { model, pricing, api });
  }
  if (without.length > 0) {
    throw new UserError(
      `${flag}: ${without.join(', ')}: no batch API at a known batch price; leave ${flag} out, measure them in an experiment of their own, or give a server that takes batches price.batch_multiplier.`,
    );
  }
  return opened;
}

/** The batches of a run that may still bring answers. */
export async function openBatchesOf(
  store: BatchStore,
  run: Run | null,
): Promise<readonly StoredBatch[]> {
  return (await store.readOpenBatches()).filter(({ runId }) => runId === run?.id);
}

/** @throws UserError where a run has batches under way, as asking live would pay for their cells twice */
export function refuseUnderWay(open: readonly StoredBatch[], experiment: string): void {
  if (open.length === 0) return;
  const models = [...new Set(open.map(({ model }) => model))].join(', ');
  const batches = open.length === 1 ? 'a batch is' : `${open.length} batches are`;
  throw new UserError(
    `${batches} under way at ${models}, whose answers would be paid for twice: collect with "switchyard run ${experiment} --batch", or cancel with "switchyard run ${experiment} --cancel-batches".`,
  );
}

/**
 * @throws UserError where batches of other runs are to bring answers that this one would ask for: an
 * experiment that was edited is another run, of the same answers for the most part
 */
export async function refuseUnderWayElsewhere(
  { runs, batches }: Pick<Store, 'runs' | 'batches'>,
  { plan }: Pick<Prepared, 'plan'>,
  run: Run | null,
): Promise<void> {
  const elsewhere = new Map<string, string>();
  const own = new Set<string>();
  for (const { runId, items } of await batches.readOpenBatches()) {
    for (const { cellKey } of items) {
      if (runId === run?.id) own.add(cellKey);
      else elsewhere.set(cellKey, runId);
    }
  }
  const keys = plan.cells.flatMap(({ cellKey, sharedWith }) =>
    sharedWith === undefined && elsewhere.has(cellKey) && !own.has(cellKey) ? [cellKey] : [],
  );
  if (keys.length === 0) return;
  const answered = await runs.findOutcomesByKey(keys);
  const twice = keys.filter((key) => !answered.has(key));
  if (twice.length === 0) return;
  const others = [...new Set(twice.map((key) => elsewhere.get(key)!))].join(', ');
  const answers = twice.length === 1 ? 'an answer is' : `${twice.length} answers are`;
  throw new UserError(
    `${answers} under way in batches of ${others} and would be paid for twice: run that experiment as it was, with --batch, to collect them first, or give --no-cache to ask afresh.`,
  );
}

/** Reminds of what was paid for in other runs of the store and never fetched. */
export async function remindOfOthers(
  store: BatchStore,
  run: Run,
  options: { readonly logLevel: LogLevel },
  io: Io,
): Promise<void> {
  if (options.logLevel === 'error') return;
  const others = (await store.readOpenBatches()).filter(({ runId }) => runId !== run.id);
  for (const id of new Set(others.map(({ runId }) => runId))) {
    io.err(
      `warning: ${id} has batches under way: run its experiment as it was, with --batch, to collect what is paid for\n`,
    );
  }
}
