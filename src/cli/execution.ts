import { Budget, fromUsd, type NanoUsd, type UsageRecord } from '../costs/index.js';
import { type Ending, execute, type ProgressListener } from '../experiments/index.js';
import { hashOf } from '../hash.js';
import { type CallLimits, createCaller, systemClock } from '../models/index.js';
import type { Run, RunStore } from '../outcomes/index.js';
import { createRng } from '../statistics/index.js';
import { version } from '../version.js';
import type { Io } from './io.js';
import type { Prepared } from './prepare.js';

/** Calls in flight where neither the file nor a flag says. */
const DEFAULT_CONCURRENCY = 16;

export interface ExecutionOptions {
  readonly maxConcurrency: number | undefined;
  readonly budgetUsd: number | undefined;
  readonly cache: boolean;
  readonly retryErrors: boolean;
}

export function budgetOf(prepared: Prepared, options: ExecutionOptions): NanoUsd | null {
  const usd = options.budgetUsd ?? prepared.experiment.budgetUsd;
  return usd === null ? null : fromUsd(usd);
}

/**
 * The run that the experiment goes on with: the one with the same plan, or a new one. Without the
 * cache a complete run is not gone on with but measured afresh.
 */
export async function findOrCreateRun(
  store: RunStore,
  prepared: Prepared,
  options: ExecutionOptions,
  io: Io,
): Promise<Run> {
  const { experiment, plan, models } = prepared;
  for (let measured = 1; ; measured++) {
    const id = `run-${plan.hash.slice(0, 12)}${measured === 1 ? '' : `-${measured}`}`;
    const known = await store.findRun(id);
    if (known !== null && known.status === 'complete' && !options.cache) continue;
    if (known !== null) return known;
    const run: Run = {
      id,
      name: experiment.name,
      kind: 'run',
      status: 'running',
      planHash: plan.hash,
      dataHash: prepared.dataHash,
      judge: experiment.judge,
      models: [...models.keys()],
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
  const { experiment, plan, models } = prepared;
  const spent = (await store.totalSpend(run.id)).reduce((sum, { cost }) => sum + cost, 0);
  const maxConcurrency = options.maxConcurrency ?? experiment.maxConcurrency ?? DEFAULT_CONCURRENCY;
  const abandoned: Promise<void>[] = [];
  const caller = createCaller({
    ...systemClock,
    limits: limitsOf(prepared, maxConcurrency),
    gate: new Budget(budgetOf(prepared, options), spent),
    runId: run.id,
    random: createRng(run.seed, 'jitter'),
    onAbandoned: (usage: readonly UsageRecord[]) => void abandoned.push(store.addUsage(usage)),
  });
  const asked = new Map<string, number>();
  prepared.connect((judge, model) => (request, signal) => {
    const question = hashOf({ judge, request }).slice(0, 16);
    const nth = (asked.get(question) ?? 0) + 1;
    asked.set(question, nth);
    const operationId = `${run.id}:${judge}:${question}:${nth}`;
    return caller.call(model, request, { purpose: 'judge', operationId, signal });
  });

  const drain = new AbortController();
  const abort = new AbortController();
  const unsubscribe = io.onInterrupt(() => (drain.signal.aborted ? abort : drain).abort());
  try {
    if (run.status !== 'running') await store.setRunStatus(run.id, 'running', null);
    return await execute({
      run,
      plan,
      store,
      ask: (cell, request, operationId, signal) => {
        const model = models.get(cell.model.id);
        if (model === undefined) throw new Error(`No model "${cell.model.id}" was prepared`);
        return caller.call(model, request, { purpose: 'candidate', operationId, signal });
      },
      judges: prepared.judges,
      maxConcurrency,
      reuse: options.cache,
      retryErrors: options.retryErrors,
      drain: drain.signal,
      abort: abort.signal,
      now: io.now,
      onProgress,
    });
  } finally {
    unsubscribe();
    await Promise.all(abandoned);
  }
}

function limitsOf(prepared: Prepared, maxConcurrency: number): CallLimits {
  const entries = [
    ...prepared.entries.values(),
    ...prepared.experiment.judges.flatMap((judge) =>
      judge.kind === 'rubric' ? [judge.modelEntry] : [],
    ),
  ];
  const byKey = Object.fromEntries(
    entries.map(({ id, rateLimits }) => [
      id,
      {
        requestsPerMinute: rateLimits.requestsPerMinute,
        tokensPerMinute: rateLimits.tokensPerMinute,
        ...(rateLimits.maxConcurrency === null
          ? {}
          : { maxConcurrency: rateLimits.maxConcurrency }),
      },
    ]),
  );
  return { maxConcurrency, byKey };
}
