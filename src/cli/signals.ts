import {
  Budget,
  BudgetReached,
  createCatalogue,
  fromUsd,
  pricingFromExperiment,
  toUsd,
} from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import {
  complexitySource,
  embeddingSource,
  type Features,
  knownSignals,
  LOCAL_MODEL,
  localEmbeddingSource,
  obtainSignals,
  requestHash,
  type SignalSource,
  type SignalSpec,
  signalId,
} from '../features/index.js';
import { hashOf } from '../hash.js';
import {
  type AskModel,
  type CallerOptions,
  createCaller,
  createEmbeddingModel,
  createModel,
  type Model,
  openLocalEmbedder,
  systemClock,
} from '../models/index.js';
import type { Run } from '../outcomes/index.js';
import { createRng } from '../statistics/index.js';
import type { Store } from '../store/index.js';
import { UserError } from '../user-error.js';
import { answerKeyOf } from './answer-key.js';
import { spentSoFar } from './execution.js';
import { environment } from './global-options.js';
import type { Io } from './io.js';

const CONCURRENCY = 16;

/** How a source is opened, and who pays. */
export interface SignalContext {
  readonly envFile: string[] | undefined;
  readonly gate: CallerOptions['gate'];
  readonly runId: string;
  /** What simulated models know. */
  readonly prompts: readonly Prompt[];
  readonly onAbandoned: CallerOptions['onAbandoned'];
  /** Fewer where someone waits for the answer. */
  readonly maxAttempts?: CallerOptions['maxAttempts'];
  /** Whether what is computed here is computed in a thread of its own, as this one serves requests. */
  readonly inBackground?: boolean;
}

/**
 * Opens what a signal is read from. Nothing is called yet.
 * @throws UserError for a package, key or price that is missing, or a model that cannot be
 */
export async function openSignalSource(
  spec: SignalSpec,
  context: SignalContext,
  io: Io,
): Promise<SignalSource> {
  const { kind, model: id, baseUrl, apiKeyEnv, price } = spec;
  if (kind === 'embedding' && id === LOCAL_MODEL) {
    return localEmbeddingSource(await openLocalEmbedder({ worker: context.inBackground ?? false }));
  }
  const asOf = io.now().toISOString().slice(0, 10);
  const catalogue = await createCatalogue({ asOf });
  const pricing =
    price === null ? catalogue.find(id, baseUrl) : pricingFromExperiment(id, price, asOf);
  const modelSpec = { id, baseUrl, apiKeyEnv, pricing };
  const env = environment(context, io);
  if (kind === 'embedding') {
    const model = await createEmbeddingModel(modelSpec, { env });
    return embeddingSource(model, askingThrough(context, model, 'embedding'));
  }
  const simulated = { answerKey: answerKeyOf(context.prompts), seed: 1 };
  const model = await createModel(modelSpec, { env, simulated });
  return complexitySource(model, askingThrough(context, model, 'router'));
}

function askingThrough(
  { gate, runId, onAbandoned, maxAttempts }: SignalContext,
  model: Model,
  purpose: 'embedding' | 'router',
): AskModel {
  const caller = createCaller({
    ...systemClock,
    limits: { maxConcurrency: CONCURRENCY },
    gate,
    runId,
    random: createRng('signal jitter'),
    onAbandoned,
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  });
  return (request, signal) => {
    const operationId = `${runId}:${purpose}:${hashOf({ model: model.id, request }).slice(0, 16)}`;
    return caller.call(model, request, { purpose, operationId, signal });
  };
}

export interface SignalOptions {
  readonly envFile: string[] | undefined;
  readonly quiet: boolean;
  /** US dollars over all that a run ever spent; undefined for what the experiment says. */
  readonly budgetUsd: number | undefined;
}

/**
 * Obtains what signals the prompts of a run do not have yet, each stored as soon as it is paid for.
 * @returns why it ended before the last, or null
 * @throws UserError where a source cannot be opened, or fails
 */
export async function obtainMissing(
  store: Store,
  run: Run,
  specs: readonly SignalSpec[],
  options: SignalOptions,
  io: Io,
): Promise<'budget_reached' | 'interrupted' | null> {
  if (specs.length === 0) return null;
  const prompts = await store.runs.readPrompts(run.id);
  const { budgetUsd } = (run.spec ?? {}) as { readonly budgetUsd?: number | null };
  const cap = options.budgetUsd ?? budgetUsd ?? null;
  const gate = new Budget(cap === null ? null : fromUsd(cap), await spentSoFar(store.runs, run));
  const abandoned: Promise<void>[] = [];
  const onAbandoned: CallerOptions['onAbandoned'] = (usage) =>
    void abandoned.push(store.runs.addUsage(usage));
  const { envFile } = options;
  const stop = new AbortController();
  const abort = new AbortController();
  const unsubscribe = io.onInterrupt(() => (stop.signal.aborted ? abort : stop).abort());
  const say = (line: string): void => {
    if (!options.quiet) io.err(`${line}\n`);
  };
  try {
    for (const spec of specs) {
      const known = await knownSignals(signalId(spec), prompts, store.signals);
      const count = known.missing.length;
      if (count === 0) continue;
      const context = { envFile, gate, runId: run.id, prompts, onAbandoned };
      const source = await openSignalSource(spec, context, io);
      const worst = toUsd(source.worstCost(known.missing));
      say(
        `Obtaining ${source.id} of ${count} prompts: at most $${worst} where no call is repeated`,
      );
      await obtainSignals(source, known, store.signals, {
        stop: stop.signal,
        abort: abort.signal,
        onProgress: (done) => {
          if (io.errIsTerminal && !options.quiet) io.err(`\r${done} of ${count}`);
        },
      });
      if (io.errIsTerminal) say('');
      if (stop.signal.aborted) return 'interrupted';
    }
    return null;
  } catch (error) {
    if (error instanceof BudgetReached) {
      io.err(`switchyard: ${error.message}\n`);
      return 'budget_reached';
    }
    throw error;
  } finally {
    unsubscribe();
    await Promise.all(abandoned);
  }
}

/**
 * The stored signals of some prompts, one record a prompt.
 * @throws UserError where some are missing
 */
export async function storedSignals(
  store: Store,
  prompts: readonly Prompt[],
  specs: readonly SignalSpec[],
): Promise<readonly NonNullable<Features['signals']>[] | undefined> {
  if (specs.length === 0) return undefined;
  const records = prompts.map((): Record<string, NonNullable<Features['signals']>[string]> => ({}));
  const hashes = prompts.map(requestHash);
  for (const spec of specs) {
    const id = signalId(spec);
    const { known, missing } = await knownSignals(id, prompts, store.signals);
    if (missing.length > 0) {
      throw new UserError(
        `The signal "${id}" is missing for ${missing.length} prompts: obtain it with "switchyard compare".`,
      );
    }
    hashes.forEach((hash, row) => {
      records[row]![id] = known.get(hash)!;
    });
  }
  return records;
}
