import { guardRefusal, type MeasuredPair } from '../caches/index.js';
import type { RoutingRequest, SignalSource } from '../features/index.js';
import { UserError } from '../user-error.js';
import type { LabelledPair } from './cache-pairs.js';

/**
 * Embeds every text once, and asks the guards about every pair.
 * @param onProgress told how many texts are done
 * @throws UserError where embeddings cannot be had
 */
export async function measurePairs(
  pairs: readonly LabelledPair[],
  source: SignalSource,
  abort: AbortSignal,
  onProgress: (done: number, all: number) => void,
): Promise<MeasuredPair[]> {
  const texts = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const vectors = new Map<string, Float32Array>();
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    while (next < texts.length && !abort.aborted) {
      const batch = texts.slice(next, next + source.batchSize);
      next += batch.length;
      const read = await source.read(batch.map(requestOf), abort);
      if ('failure' in read) {
        throw new UserError(`The embeddings "${source.id}" cannot be had: ${read.failure}`, {
          exitCode: 1,
        });
      }
      batch.forEach((text, at) => {
        vectors.set(text, read.signals[at]!.values);
      });
      onProgress(vectors.size, texts.length);
    }
  };
  await Promise.all(Array.from({ length: source.concurrency }, takeTurns));
  if (abort.aborted) return [];
  return pairs.map(({ id, a, b, same, kind, split }) => {
    const similarity = cosine(vectors.get(a)!, vectors.get(b)!);
    if (Number.isNaN(similarity)) {
      throw new UserError(
        `The embeddings "${source.id}" of the pair "${id}" cannot be compared: a vector is empty, all zeros, or of another length.`,
        { exitCode: 1 },
      );
    }
    return { same, kind, split, similarity, refused: guardRefusal(a, b) !== null };
  });
}

/** The request whose embedding is that of the text alone. */
const requestOf = (text: string): RoutingRequest => ({
  messages: [{ role: 'user', content: text }],
  domain: null,
});

function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  let [dot, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    dot += a[at]! * b[at]!;
    aa += a[at]! * a[at]!;
    bb += b[at]! * b[at]!;
  }
  return dot / Math.sqrt(aa * bb);
}
