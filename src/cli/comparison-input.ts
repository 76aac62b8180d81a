import type { CompareInput, Comparison, Constraint } from '../evaluation/index.js';
import type { Run } from '../outcomes/index.js';
import type { Store } from '../store/index.js';
import { version } from '../version.js';
import type { ComparedRouters, NamedRouter } from './compared-routers.js';
import { readComparedRuns } from './compared-runs.js';
import type { Io } from './io.js';
import { signalSpecs, withFeatures } from './signal-specs.js';

/** How runs are compared. What is undefined is the experiment's to say, then the default. */
export interface ComparisonSettings {
  readonly margin: number | undefined;
  readonly seed: number | undefined;
  readonly splitSeed: number | undefined;
  readonly bootstrap: number;
  readonly dials: number;
  readonly failed: 'zero' | 'exclude';
  readonly constraint: Constraint | null;
  readonly prices: Readonly<Record<string, number>> | null;
  readonly outOfDomain: boolean;
  readonly crossFit: boolean;
  /** Only wanted by a comparison that is shown. */
  readonly learningCurve: boolean;
  /** What the command line asked for beside the experiment; null for nothing. */
  readonly embeddings: Comparison['embeddings'] | null;
}

/** The part of a stored experiment that a comparison reads; an import has none. */
interface StoredSpec {
  readonly routers?: readonly NamedRouter[] | null;
  readonly compare?: { readonly margin?: number; readonly splitSeed?: number };
  readonly judges?: readonly { readonly id: string; readonly model?: string }[];
}

/** The routers that the experiment of a run names; undefined where it names none. */
export function routersOfRun(run: Run): readonly NamedRouter[] | undefined {
  return storedSpec(run).routers ?? undefined;
}

/** Reads runs back and puts together what `compare` and `export` evaluate, the same for both. */
export async function comparisonInput(
  store: Store,
  runs: readonly [Run, ...Run[]],
  routers: ComparedRouters,
  settings: ComparisonSettings,
  io: Io,
): Promise<CompareInput> {
  const { failed, prices, constraint, bootstrap, dials, outOfDomain, crossFit, learningCurve } =
    settings;
  const { warnings, ...compared } = await readComparedRuns(store, runs, { failed, prices });
  const { run } = compared;
  const { embeddings } = settings;
  const set = withFeatures(routers, embeddings?.features);
  const specs = await signalSpecs(runs[0], set, embeddings);
  const signals =
    specs.length === 0
      ? undefined
      : await (await import('./signals.js')).storedSignals(store, compared.matrix.prompts, specs);
  const invented = specs.some(({ model }) => model.startsWith('simulated/'));
  const spec = storedSpec(runs[0]);
  const judgeModel = spec.judges?.find(({ id }) => id === run.judge)?.model;
  const splitSeed = settings.splitSeed ?? spec.compare?.splitSeed ?? 1;
  return {
    ...compared,
    run: { ...run, simulated: run.simulated || invented },
    ...set,
    ...(signals === undefined ? {} : { signals }),
    ...(embeddings === null ? {} : { embeddings }),
    options: {
      seed: settings.seed ?? run.seed,
      splitSeed,
      margin: settings.margin ?? spec.compare?.margin ?? 0.01,
      bootstrap,
      dials,
      failed,
      ...(constraint === null ? {} : { constraint }),
      ...(prices === null ? {} : { assumedPrices: prices }),
      outOfDomain,
      crossFit,
      learningCurve,
      warnings,
      priorTestReadings: await store.evaluations.countTestReadings(run.dataHash, splitSeed),
      judgeIsModel: judgeModel !== undefined,
      judgeModel,
      codeVersion: version,
      now: io.now(),
    },
  };
}

/** The settings of a stored comparison, so that what is fitted again is what was reported. */
export function settingsOf(comparison: Comparison): ComparisonSettings {
  const { seed, splitSeed, bootstrap, failed, dials, choice, assumedPrices, outOfDomain } =
    comparison;
  return {
    margin: comparison.verdict.margin,
    seed,
    splitSeed,
    bootstrap,
    dials: dials ?? 33,
    failed: failed ?? 'zero',
    constraint: choice?.constraint ?? null,
    prices: assumedPrices ?? null,
    outOfDomain: outOfDomain ?? false,
    crossFit: comparison.splits.folds > 1 && !outOfDomain,
    learningCurve: false,
    embeddings: comparison.embeddings ?? null,
  };
}

function storedSpec(run: Run): StoredSpec {
  return (run.spec ?? {}) as StoredSpec;
}
