import {
  ExactCache,
  HybridCache,
  SemanticCache,
  type SimilarRequest,
} from '../../src/caches/index.js';
import { openLocalEmbedder } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import { median } from './machine.js';

const DIMENSIONS = 512;
const LOOKUPS = 60;
const SIZES = [10_000, 100_000];
const TENANT = 'bench';
const SCOPE = 'one scope, so that every entry is compared';

/**
 * What a lookup takes that finds nothing in the exact cache: the embedding, computed in its thread, and
 * the search of every entry of its scope. The entries' vectors are random, the questions are not; the
 * threshold is one that few pass, as guards are asked about those only.
 */
export async function semanticCache(): Promise<string> {
  const embedder = await openLocalEmbedder({ worker: true });
  try {
    const embed = async (text: string): Promise<Float32Array> => (await embedder.embed([text]))[0]!;
    for (let at = 0; at < 20; at++) await embed(question(at));
    const alone = await medianOf(LOOKUPS, (at) => embed(question(1_000 + at)));
    const lines = [`semantic cache: embedding alone, p50 of ${LOOKUPS}: ${alone.toFixed(1)} ms`];
    for (const size of SIZES) {
      const cache = filled(size);
      for (let at = 0; at < 5; at++) await lookUp(cache, question(at), embed);
      const whole = await medianOf(LOOKUPS, (at) => lookUp(cache, question(2_000 + at), embed));
      const vector = await embed(question(7));
      const search = await medianOf(LOOKUPS, (at) =>
        lookUp(cache, question(3_000 + at), async () => vector),
      );
      lines.push(
        `semantic cache of ${size} entries: lookup p50 ${whole.toFixed(1)} ms with its embedding, ${search.toFixed(1)} ms without`,
      );
    }
    return lines.join('\n');
  } finally {
    await embedder.close();
  }
}

const question = (at: number): string =>
  `How many ${['parcels', 'letters', 'tickets', 'orders'][at % 4]} did branch ${at} send in week ${(at % 50) + 1}?`;

const asked = (text: string): SimilarRequest => ({ scope: SCOPE, text });

function lookUp(
  cache: HybridCache,
  text: string,
  embed: (text: string) => Promise<Float32Array>,
): Promise<unknown> {
  return cache.get({ key: `unseen ${text}`, tenant: TENANT, similar: asked(text), embed });
}

function filled(size: number): HybridCache {
  const bounds = { maxEntries: size, maxBytes: 1e10, ttlMs: 1e9, now: () => 0 };
  const semantic = new SemanticCache({ ...bounds, threshold: 0.9 });
  const rng = createRng(1, 'vectors');
  const answer = { id: 'a', model: 'lab/a', created: 0, parts: [], finishReason: 'stop' as const };
  const value = { answer: { ...answer, usage: null }, model: 'lab/a', cost: 1 };
  for (let at = 0; at < size; at++) {
    const vector = Float32Array.from({ length: DIMENSIONS }, () => rng.next() - 0.5);
    semantic.set(`entry ${at}`, TENANT, asked(`entry ${at}`), vector, value);
  }
  return new HybridCache(new ExactCache({ ...bounds, maxEntries: 1 }), semantic);
}

async function medianOf(rounds: number, task: (round: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await task(round);
    times.push(performance.now() - began);
  }
  return median(times);
}
