import type { CompareInput } from '../evaluation/index.js';
import type { Run } from '../outcomes/index.js';
import type { Store } from '../store/index.js';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import type { Io } from './io.js';

export interface ComparisonOptions {
  readonly routers: readonly string[] | undefined;
  readonly margin: number | undefined;
  readonly seed: number | undefined;
  readonly splitSeed: number | undefined;
  readonly bootstrap: number;
  readonly failed: 'zero' | 'exclude';
}

/** The part of a stored experiment that a comparison reads; an import has none. */
interface StoredSpec {
  readonly routers?: readonly {
    readonly id: string;
    readonly settings: Record<string, unknown>;
  }[];
  readonly compare?: { readonly margin?: number; readonly splitSeed?: number };
  readonly judges?: readonly { readonly id: string; readonly model?: string }[];
}

const DEFAULT_ROUTERS = ['rules', 'complexity', 'cascade', 'adaptive'];

/** Reads a run back and puts together what `compare` and `export` evaluate, the same for both. */
export async function comparisonInput(
  store: Store,
  run: Run,
  options: ComparisonOptions,
  io: Io,
): Promise<CompareInput> {
  const { buildMatrix } = await import('../outcomes/index.js');
  const { routers } = await import('../routers/index.js');
  const spec = (run.spec ?? {}) as StoredSpec;
  const [prompts, outcomes, scores] = await Promise.all([
    store.runs.readPrompts(run.id),
    store.runs.readOutcomes(run.id),
    store.runs.readScores(run.id),
  ]);
  const ids = options.routers ?? spec.routers?.map(({ id }) => id) ?? DEFAULT_ROUTERS;
  // A router named by a flag keeps the settings that the experiment gives it.
  const wanted = ids.map((id) => ({
    id,
    settings: spec.routers?.find((entry) => entry.id === id)?.settings ?? {},
  }));
  const judgeModel = spec.judges?.find(({ id }) => id === run.judge)?.model;
  const splitSeed = options.splitSeed ?? spec.compare?.splitSeed ?? 1;
  return {
    run,
    matrix: buildMatrix(run, prompts, outcomes, scores, {
      judge: run.judge,
      failed: options.failed,
    }),
    routers: wanted.map(({ id, settings }) => {
      const router = routers.get(id);
      if (router === undefined) {
        throw new UserError(
          `There is no router "${id}": choose from ${[...routers.keys()].join(', ')}.`,
        );
      }
      return { router, settings };
    }),
    options: {
      seed: options.seed ?? run.seed,
      splitSeed,
      margin: options.margin ?? spec.compare?.margin ?? 0.01,
      bootstrap: options.bootstrap,
      failed: options.failed,
      priorTestReadings: await store.evaluations.countTestReadings(run.dataHash, splitSeed),
      judgeIsModel: judgeModel !== undefined,
      judgeModel,
      codeVersion: version,
      now: io.now(),
    },
  };
}
