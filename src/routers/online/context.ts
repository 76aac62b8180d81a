import type { Features } from '../../features/index.js';
import { lexicalVector } from '../../features/index.js';
import { ngramsOf, TEXT_BUCKETS } from '../learned/requests/text-space.js';

/** What a lexical statistic is taken to be in an ordinary request, and its spread; in `lexicalVector`'s order. */
const ORDINARY: readonly (readonly [mean: number, spread: number])[] = [
  [6, 1.5], // characters, log
  [4.4, 1.4], // words, log
  [1.6, 1], // lines, log
  [1, 1], // numbers, log
  [0.7, 0.5], // question marks, log
  [0.6, 0.9], // list items, log
  [1.7, 0.15], // word length, log
  [0.02, 0.04], // digits
  [0.03, 0.03], // capitals
  [0.02, 0.03], // code
  [0.01, 0.02], // mathematics
  [0.005, 0.03], // beyond ASCII
];
/** Beyond as many spreads a statistic says no more. */
const CLIP = 3;
const FOLDS = 19;
/** Beside a statistic a fold says little of what models can do: it counts less until it has shown. */
const FOLD_SCALE = 0.3;

/** Length of a context. */
export const CONTEXT_SIZE = 1 + ORDINARY.length + FOLDS;

const contexts = new WeakMap<Features, Float64Array>();

/** Where a bucket is folded to and with which sign: `fold * 2 + negative`, the same for ever. */
const foldOf = Uint8Array.from({ length: TEXT_BUCKETS }, (_, bucket) => {
  let bits = Math.imul(bucket + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  bits = (bits ^ (bits >>> 13)) >>> 0;
  return ((bits >>> 1) % FOLDS) * 2 + (bits & 1);
});

/**
 * A request as a short dense vector, the same before the first request as after the last: a
 * constant, lexical statistics on a fixed scale, and hashed n-grams folded by fixed signs (a second
 * feature hashing: Weinberger et al., ICML 2009). The declared domain is not read.
 */
export function contextOf(features: Features): Float64Array {
  const known = contexts.get(features);
  if (known !== undefined) return known;
  const context = new Float64Array(CONTEXT_SIZE);
  context[0] = 1;
  const scale = 1 / Math.sqrt(ORDINARY.length);
  lexicalVector(features.lexical).forEach((value, at) => {
    const [mean, spread] = ORDINARY[at]!;
    const spreads = (value - mean) / spread;
    context[1 + at] = scale * Math.min(CLIP, Math.max(-CLIP, spreads));
  });
  const first = 1 + ORDINARY.length;
  const { indices, values } = ngramsOf(features);
  for (let at = 0; at < indices.length; at++) {
    const fold = foldOf[indices[at]!]!;
    context[first + (fold >> 1)]! +=
      (fold & 1) === 0 ? FOLD_SCALE * values[at]! : -FOLD_SCALE * values[at]!;
  }
  contexts.set(features, context);
  return context;
}
