import { setFlagsFromString } from 'node:v8';
import { Budget, fromUsd, type NanoUsd, toUsd, type UsageRecord } from '../costs/index.js';
import {
  askedModel,
  type Ending,
  type ExecuteBatchInput,
  execute,
  executeBatch,
  type ProgressListener,
} from '../experiments/index.js';
import { hashOf } from '../hash.js';
import { type CallEvent, createCaller, systemClock } from '../models/index.js';
import type { Run, RunStore } from '../outcomes/index.js';
import { createRng } from '../statistics/index.js';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import type { LogLevel } from './global-options.js';
import type { Io } from './io.js';
import type { Prepared } from './prepare.js';
import { limitsByLane } from './rate-limits.js';

/** Calls in flight where neither the file nor a flag says. */
const DEFAULT_CONCURRENCY = 16;
/** Cells in flight where nobody is called: as many as one commit takes well. */
const OFFLINE_CONCURRENCY = 256;

export interface ExecutionOptions {
  readonly maxConcurrency: number | undefined;
  readonly budgetUsd: number | undefined;
  readonly cache: boolean;
  readonly retryErrors: boolean;
  readonly logLevel: LogLevel;
  /** To ask for answers in batches; absent to ask live. */
  readonly batching?:
    | Pick<ExecuteBatchInput, 'batches' | 'models' | 'pollMs' | 'cancel'>
    | undefined;
  /** Told of retries and slow-downs. */
  readonly onCallEvent?: ((event: CallEvent) => void) | undefined;
}

export function budgetOf(prepared: Prepared, options: ExecutionOptions): NanoUsd | null {
  const usd = options.budgetUsd ?? prepared.experiment.budgetUsd;
  return usd === null ? null : fromUsd(usd);
}

/** What counts against the budget of a run: not what recorded answers cost whoever recorded them. */
export async function spentSoFar(store: RunStore, run: Run): Promise<NanoUsd> {
  const totals = await store.totalSpend(run.id);
  return totals.reduce((sum, { origin, cost }) => sum + (origin === 'recorded' ? 0 : cost), 0);
}

/** Whether everything is answered within this process, so that no server is to be spared. */
function isOffline({ models, judgingModels }: Prepared): boolean {
  return [...models.values(), ...judgingModels.values()].every(
    ({ origin, baseUrl }) => origin !== 'live' && baseUrl === null,
  );
}

/**
 * The run that the experiment would go on with, and what a new one would be called. Without the cache a
 * complete run is not gone on with but measured afresh.
 */
export async function findRun(
  store: RunStore,
  { plan }: Prepared,
  options: Pick<ExecutionOptions, 'cache'>,
): Promise<{ readonly id: string; readonly known: Run | null }> {
  for (let measured = 1; ; measured++) {
    const id = `run-${plan.hash.slice(0, 12)}${measured === 1 ? '' : `-${measured}`}`;
    const known = await store.findRun(id);
    if (known === null || known.status !== 'complete' || options.cache) return { id, known };
  }
}

/** The run that the experiment goes on with: the one with the same plan, or a new one. */
export async function findOrCreateRun(
  store: RunStore,
  prepared: Prepared,
  options: Pick<ExecutionOptions, 'cache'>,
  io: Io,
): Promise<Run> {
  const { id, known } = await findRun(store, prepared, options);
  if (known !== null) return known;
  const { experiment, plan } = prepared;
  const run: Run = {
    id,
    name: experiment.name,
    kind: 'run',
    status: 'running',
    planHash: plan.hash,
    dataHash: prepared.dataHash,
    judge: experiment.judge,
    models: plan.models.map((model) => model.id),
    trials: experiment.trials,
    seed: experiment.seed,
    simulated: prepared.simulated,
    scoreScale: prepared.scoreScale,
    costBasis: prepared.costBasis,
    codeVersion: version,
    spec: experiment,
    startedAt: io.now().toISOString(),
    endedAt: null,
  };
  await store.createRun(run, prepared.prompts);
  return run;
}

/**
 * Executes a run: the first interrupt drains it, the second cuts off what is under way.
 * @returns how it ended
 */
export async function executeRun(
  store: RunStore,
  run: Run,
  prepared: Prepared,
  options: ExecutionOptions,
  io: Io,
  onProgress: ProgressListener,
): Promise<Ending> {
  // Each call leaves short-lived garbage; left to itself V8 lets several hundred MB of it pile up.
  setFlagsFromString('--heap-growing-percent=50');
  const { experiment, plan, models } = prepared;
  const budget = new Budget(budgetOf(prepared, options), await spentSoFar(store, run));
  const maxConcurrency =
    options.maxConcurrency ??
    experiment.maxConcurrency ??
    (isOffline(prepared) ? OFFLINE_CONCURRENCY : DEFAULT_CONCURRENCY);
  const abandoned: Promise<void>[] = [];
  const caller = createCaller({
    ...systemClock,
    limits: { maxConcurrency, byKey: limitsByLane(experiment) },
    gate: budget,
    runId: run.id,
    random: createRng(run.seed, 'jitter'),
    onAbandoned: (usage: readonly UsageRecord[]) => void abandoned.push(store.addUsage(usage)),
    ...(options.onCallEvent === undefined ? {} : { onEvent: options.onCallEvent }),
  });
  const asked = new Map<string, number>();
  prepared.connect((judge, model) => async (request, signal) => {
    const question = hashOf({ judge, request }).slice(0, 16);
    const nth = (asked.get(question) ?? 0) + 1;
    asked.set(question, nth);
    const operationId = `${run.id}:${judge}:${question}:${nth}`;
    const result = await caller.call(model, request, { purpose: 'judge', operationId, signal });
    if (result.ok || result.error.kind !== 'authentication') return result;
    // Every further verdict would fail alike, while the answers were paid for.
    await store.addUsage(result.usage);
    throw new UserError(`${model.id}, asked by the judge "${judge}": ${result.error.message}`, {
      exitCode: 1,
    });
  });

  const drain = new AbortController();
  const abort = new AbortController();
  const unsubscribe = io.onInterrupt(() => (drain.signal.aborted ? abort : drain).abort());
  try {
    if (run.status !== 'running') await store.setRunStatus(run.id, 'running', null);
    const common = {
      run,
      plan,
      store,
      judges: prepared.judges,
      maxConcurrency,
      reuse: options.cache,
      retryErrors: options.retryErrors,
      drain: drain.signal,
      abort: abort.signal,
      now: io.now,
      onProgress,
    };
    if (options.batching !== undefined) {
      const random = createRng(run.seed, 'batches');
      return await executeBatch({
        ...common,
        ...options.batching,
        budget,
        clock: systemClock,
        random,
      });
    }
    return await execute({
      ...common,
      ask: (cell, request, operationId, signal) => {
        const model = models.get(askedModel(cell.model));
        if (model === undefined) throw new Error(`No model "${cell.model.id}" was prepared`);
        return caller.call(model, request, { purpose: 'candidate', operationId, signal });
      },
    });
  } finally {
    unsubscribe();
    await Promise.all(abandoned);
    if (budget.overrun > 0 && options.logLevel !== 'error') {
      io.err(
        `warning: calls cost $${toUsd(budget.overrun)} more than the most foreseen for them; a budget can be passed by as much\n`,
      );
    }
  }
}
