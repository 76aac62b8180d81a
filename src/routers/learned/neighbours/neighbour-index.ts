import { z } from 'zod';
import type { Features, SparseVector } from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import {
  packBytes,
  packedBytes,
  packedFloats,
  packedIndices,
  packIndices,
  unpackBytes,
  unpackIndices,
} from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { TEXT_BUCKETS, TextSpace, textSpaceOf } from '../requests/text-space.js';
import { MOST_ROWS, type Neighbours } from './most-similar.js';
import { type Likeness, NeighbourSearch, type NeighbourSource, UNIT } from './neighbour-search.js';

/** N-grams kept of a prompt, the heaviest. */
const HEAVIEST = 100;

export const neighbourIndexSchema = z.strictObject({
  /** What likeness is measured on. */
  similarity: z.literal('text'),
  idf: packedFloats,
  /** Of each row: how many n-grams are kept. */
  sizes: packedIndices,
  /** Row after row: buckets and their weights. */
  buckets: packedIndices,
  weights: packedBytes,
});
export type NeighbourIndexDocument = z.output<typeof neighbourIndexSchema>;

/** The heaviest n-grams of a prompt, scaled to length `UNIT` in whole numbers. */
interface Sketch {
  readonly buckets: Uint16Array;
  readonly weights: Int8Array;
}

const magnitudes = new Float64Array(TEXT_BUCKETS);

/** Of equally heavy n-grams those in lower buckets are kept. */
function sketchOf({ indices, values }: SparseVector): Sketch {
  const sorted = magnitudes.subarray(0, indices.length);
  for (let at = 0; at < sorted.length; at++) sorted[at] = Math.abs(values[at]!);
  sorted.sort();
  const cut = Math.max(0, sorted.length - HEAVIEST);
  const least = sorted[cut] ?? 0;
  let room = 0;
  let squares = 0;
  for (let at = cut; at < sorted.length; at++) {
    if (sorted[at] === least) room++;
    squares += sorted[at]! * sorted[at]!;
  }
  const scale = squares === 0 ? 0 : UNIT / Math.sqrt(squares);
  const buckets = new Uint16Array(sorted.length - cut);
  const weights = new Int8Array(buckets.length);
  let kept = 0;
  for (let at = 0; at < indices.length; at++) {
    const magnitude = Math.abs(values[at]!);
    if (magnitude < least || (magnitude === least && room-- <= 0)) continue;
    const weight = Math.round(values[at]! * scale);
    if (weight === 0) continue;
    buckets[kept] = indices[at]!;
    weights[kept++] = weight;
  }
  return { buckets: buckets.subarray(0, kept), weights: weights.subarray(0, kept) };
}

/** The index beside its document, so that it lives as long as the part. */
const built = new WeakMap<
  RouterData,
  { document: NeighbourIndexDocument; index: NeighbourIndex }
>();

/** An index of a part's prompts as it is written down, made once however many routers ask. */
export function indexPrompts(data: RouterData): NeighbourIndexDocument {
  const known = built.get(data);
  if (known !== undefined) return known.document;
  const space = textSpaceOf(data);
  const sketches = data.features.map((features) => sketchOf(space.vectorOf(features)));
  const total = sketches.reduce((sum, { buckets }) => sum + buckets.length, 0);
  const buckets = new Uint16Array(total);
  const weights = new Int8Array(total);
  let at = 0;
  for (const sketch of sketches) {
    buckets.set(sketch.buckets, at);
    weights.set(sketch.weights, at);
    at += sketch.buckets.length;
  }
  const document: NeighbourIndexDocument = {
    similarity: 'text',
    idf: space.toDocument(),
    sizes: packIndices(sketches.map((sketch) => sketch.buckets.length)),
    buckets: packIndices(buckets),
    weights: packBytes(weights),
  };
  built.set(data, { document, index: keep(new NeighbourIndex(document, space)) });
  return document;
}

const loaded = new Set<WeakRef<NeighbourIndex>>();

/**
 * The index of a document. Whoever holds an equal document shares it, and what it has found.
 * @throws UserError where its parts do not fit together
 */
export function loadNeighbourIndex(document: NeighbourIndexDocument): NeighbourIndex {
  for (const reference of loaded) {
    const index = reference.deref();
    if (index === undefined) loaded.delete(reference);
    else if (index.isOf(document)) return index;
  }
  return keep(new NeighbourIndex(document, TextSpace.fromDocument(document.idf)));
}

function keep(index: NeighbourIndex): NeighbourIndex {
  loaded.add(new WeakRef(index));
  return index;
}

function check(sizes: Uint16Array, buckets: Uint16Array, weights: Int8Array): void {
  const kept = sizes.reduce((sum, size) => sum + size, 0);
  if (kept !== buckets.length || kept !== weights.length) {
    throw new UserError(
      `Neighbour index: \`sizes\` tell of ${kept} n-grams, \`buckets\` holds ${buckets.length} and \`weights\` ${weights.length}: fit the router again`,
    );
  }
  const beyond = buckets.find((bucket) => bucket >= TEXT_BUCKETS);
  if (beyond !== undefined || sizes.length > MOST_ROWS) {
    throw new UserError(
      `Neighbour index: expected buckets below ${TEXT_BUCKETS} and at most ${MOST_ROWS} rows, got bucket ${beyond ?? 'in range'} and ${sizes.length} rows: fit the router again`,
    );
  }
}

/**
 * The prompts most like a request by the cosine of their tf-idf vectors, found through an inverted
 * index. Exact on what is stored: of each prompt, and of the request, the 100 heaviest n-grams with
 * weights in 255 steps. Sums are of whole numbers, so that no order of summation matters.
 */
export class NeighbourIndex implements Likeness, NeighbourSource {
  readonly size: number;
  readonly #document: NeighbourIndexDocument;
  readonly #space: TextSpace;
  /** Of each bucket: where its postings start; the row and weight of each posting. */
  readonly #starts: Int32Array;
  readonly #rows: Int32Array;
  readonly #weights: Int8Array;
  readonly #search: NeighbourSearch;

  constructor(document: NeighbourIndexDocument, space: TextSpace) {
    const sizes = unpackIndices(document.sizes);
    const buckets = unpackIndices(document.buckets);
    const weights = unpackBytes(document.weights);
    check(sizes, buckets, weights);
    this.size = sizes.length;
    this.#document = document;
    this.#space = space;
    this.#starts = new Int32Array(TEXT_BUCKETS + 1);
    for (const bucket of buckets) this.#starts[bucket + 1]!++;
    for (let bucket = 0; bucket < TEXT_BUCKETS; bucket++) {
      this.#starts[bucket + 1]! += this.#starts[bucket]!;
    }
    const next = this.#starts.slice();
    this.#rows = new Int32Array(buckets.length);
    this.#weights = new Int8Array(buckets.length);
    let at = 0;
    for (let row = 0; row < sizes.length; row++) {
      for (const end = at + sizes[row]!; at < end; at++) {
        const to = next[buckets[at]!]!++;
        this.#rows[to] = row;
        this.#weights[to] = weights[at]!;
      }
    }
    this.#search = new NeighbourSearch(this);
  }

  isOf({ idf, sizes, buckets, weights }: NeighbourIndexDocument): boolean {
    const own = this.#document;
    return (
      own.sizes === sizes && own.weights === weights && own.buckets === buckets && own.idf === idf
    );
  }

  nearest(features: Features): Neighbours {
    return this.#search.nearest(features);
  }

  nearestExcept(features: Features, rows: ArrayLike<number>): Neighbours {
    return this.#search.nearestExcept(features, rows);
  }

  addProducts(features: Features, products: Int32Array): void {
    const { buckets, weights } = sketchOf(this.#space.vectorOf(features));
    const starts = this.#starts;
    const rows = this.#rows;
    const others = this.#weights;
    for (let at = 0; at < buckets.length; at++) {
      const weight = weights[at]!;
      const end = starts[buckets[at]! + 1]!;
      for (let posting = starts[buckets[at]!]!; posting < end; posting++) {
        products[rows[posting]!]! += Math.imul(weight, others[posting]!);
      }
    }
  }
}
