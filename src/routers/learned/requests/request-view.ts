import { z } from 'zod';
import { type Features, isEmbeddingId } from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import type { RouterData } from '../../router.js';

/** What of a request forecasts rest on: hashed words of its text, its embedding, or both. */
export const FEATURE_KINDS = ['text', 'embedding', 'both'] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];

export const featureKindSchema = z.enum(FEATURE_KINDS, {
  error: `expected one of ${FEATURE_KINDS.join(', ')}`,
});

/** The part of a request that a method looks at. */
export interface RequestView {
  readonly text: boolean;
  /** Id of the embedding; null where none is looked at. */
  readonly embedding: string | null;
}

export const TEXT_VIEW: RequestView = { text: true, embedding: null };

/** Says in `needsSignals` what whoever runs a predictor must obtain. */
export const signalsOf = (
  embedding: string | null | undefined,
): { readonly needsSignals?: readonly string[] } =>
  embedding == null ? {} : { needsSignals: [embedding] };

/** The view that a setting asks for on this data. */
export function viewOf(
  data: RouterData,
  kind: FeatureKind = 'text',
): RequestView | { readonly leftOut: string } {
  if (kind === 'text') return TEXT_VIEW;
  const carried = Object.keys(data.features[0]?.signals ?? {}).filter(isEmbeddingId);
  const everywhere = carried.filter((id) =>
    data.features.every(({ signals }) => signals?.[id] !== undefined),
  );
  const [embedding] = everywhere.sort();
  if (embedding === undefined) {
    return {
      leftOut: `it is set to \`features: ${kind}\`, and the prompts have no embeddings: name some (compare --embeddings local)`,
    };
  }
  return { text: kind === 'both', embedding };
}

/**
 * A request's embedding.
 * @throws UserError where the request carries none, or one of another length
 */
export function embeddingOf(features: Features, id: string, dimensions?: number): Float32Array {
  const values = features.signals?.[id]?.values;
  if (values === undefined) {
    throw new UserError(`The request carries no signal "${id}", which the policy decides by`);
  }
  if (dimensions !== undefined && values.length !== dimensions) {
    throw new UserError(
      `The signal "${id}" of the request has ${values.length} dimensions, and the policy learned from ${dimensions}: obtain it from the same model`,
    );
  }
  return values;
}
