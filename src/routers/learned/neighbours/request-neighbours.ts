import { z } from 'zod';
import { UserError } from '../../../user-error.js';
import type { RouterData } from '../../router.js';
import type { RequestView } from '../requests/request-view.js';
import { EmbeddingLikeness, embeddingRows, embeddingRowsSchema } from './embedding-likeness.js';
import { indexPrompts, loadNeighbourIndex, neighbourIndexSchema } from './neighbour-index.js';
import { NeighbourSearch, type NeighbourSource } from './neighbour-search.js';

/** Prompts to find neighbours among, by what likeness is measured on. */
export const requestIndexSchema = z.discriminatedUnion('similarity', [
  neighbourIndexSchema,
  z.strictObject({ similarity: z.literal('embedding'), embedding: embeddingRowsSchema }),
  z.strictObject({
    similarity: z.literal('both'),
    text: neighbourIndexSchema,
    embedding: embeddingRowsSchema,
  }),
]);
export type RequestIndexDocument = z.output<typeof requestIndexSchema>;

const built = new WeakMap<RouterData, Map<string, RequestIndexDocument>>();

/** A part's prompts as they are written down, made once however many routers ask. */
export function indexRequests(data: RouterData, view: RequestView): RequestIndexDocument {
  if (view.embedding === null) return indexPrompts(data);
  const ofData = built.get(data) ?? new Map<string, RequestIndexDocument>();
  built.set(data, ofData);
  const key = `${view.text} ${view.embedding}`;
  const known = ofData.get(key);
  if (known !== undefined) return known;
  const embedding = embeddingRows(data, view.embedding);
  const made: RequestIndexDocument = view.text
    ? { similarity: 'both', text: indexPrompts(data), embedding }
    : { similarity: 'embedding', embedding };
  ofData.set(key, made);
  return made;
}

/** Id of the embedding that an index reads; null for none. */
export const embeddingIn = (document: RequestIndexDocument | null): string | null =>
  document === null || document.similarity === 'text' ? null : document.embedding.signal;

const loaded = new WeakMap<RequestIndexDocument, NeighbourSource>();

/**
 * The neighbours that a document holds. Whoever holds the document shares them, and what was found.
 * @throws UserError where its parts do not fit together
 */
export function loadNeighbours(document: RequestIndexDocument): NeighbourSource {
  if (document.similarity === 'text') return loadNeighbourIndex(document);
  const known = loaded.get(document);
  if (known !== undefined) return known;
  const embedding = new EmbeddingLikeness(document.embedding);
  const source =
    document.similarity === 'embedding'
      ? new NeighbourSearch(embedding)
      : new NeighbourSearch(sameSize(loadNeighbourIndex(document.text), embedding), embedding);
  loaded.set(document, source);
  return source;
}

function sameSize<Text extends { readonly size: number }>(
  text: Text,
  { size }: EmbeddingLikeness,
): Text {
  if (text.size === size) return text;
  throw new UserError(
    `Neighbour index: expected as many embeddings as texts, got ${size} and ${text.size}: fit the router again`,
  );
}
