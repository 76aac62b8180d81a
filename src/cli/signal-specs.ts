import type { Comparison } from '../evaluation/index.js';
import type { SignalSpec } from '../features/index.js';
import type { Run } from '../outcomes/index.js';
import { UserError } from '../user-error.js';
import type { ComparedRouters } from './compared-routers.js';

/** The part of a stored experiment that says where embeddings come from. */
const embeddingsOfRun = (run: Run): SignalSpec | undefined =>
  ((run.spec ?? {}) as { readonly embeddings?: SignalSpec }).embeddings;

/** The signals that a comparison reads: embeddings that are named, and what routers' settings ask for. */
export async function signalSpecs(
  run: Run,
  { routers }: Pick<ComparedRouters, 'routers'>,
  embeddings: Comparison['embeddings'] | null,
): Promise<readonly SignalSpec[]> {
  const { signalId } = await import('../features/index.js');
  const named = embeddings?.spec ?? embeddingsOfRun(run);
  const asked = routers.flatMap(({ router, settings }) => router.signals?.(settings) ?? []);
  const specs = [...(named === undefined ? [] : [named]), ...asked];
  return [...new Map(specs.map((spec) => [signalId(spec), spec])).values()];
}

/** Sets what routers that can rest on embeddings look at, where their settings do not say. */
export function withFeatures(
  compared: ComparedRouters,
  features: string | undefined,
): ComparedRouters {
  if (features === undefined) return compared;
  return {
    ...compared,
    routers: compared.routers.map(({ router, settings }) =>
      router.readsEmbeddings && settings.features === undefined
        ? { router, settings: { ...settings, features } }
        : { router, settings },
    ),
  };
}

/**
 * What `--embeddings` and `--features` ask for. Embeddings named on the command line are for use:
 * routers that can read them do, beside the text, where nothing else is said.
 */
export async function askedEmbeddings(
  args: { readonly embeddings: string | undefined; readonly features: string | undefined },
  run: Run,
): Promise<Comparison['embeddings'] | null> {
  const { embeddings, features } = args;
  if (embeddings === undefined && features === undefined) return null;
  if (embeddings === undefined) {
    const spec = embeddingsOfRun(run);
    if (spec !== undefined) return { spec, features: features! };
    if (features === 'text') return null;
    throw new UserError(
      `--features ${features} reads embeddings, and none are named: add --embeddings local, or a model`,
    );
  }
  const { parseEmbeddings } = await import('../experiments/index.js');
  return { spec: parseEmbeddings(embeddings, '--embeddings'), features: features ?? 'both' };
}
