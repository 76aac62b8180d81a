import type { SparseVector } from '../../../features/index.js';
import { createRng, type Rng } from '../../../statistics/index.js';
import { heaviest } from '../requests/heaviest-entries.js';
import { REQUEST_COLUMNS } from '../requests/request-space.js';
import { Centroids } from './centroids.js';

/** Vectors that clusters are found on; the rest are assigned to what is found. */
const SAMPLE = 4000;
const ITERATIONS = 10;
/** Entries that a centroid keeps, and a vector of the sample. */
const KEEP = 256;
const KEEP_OF_SAMPLE = 64;

export interface KMeansOptions {
  /** How many to look for; fewer are found where vectors are fewer or alike. */
  readonly clusters: number;
  readonly seed: number;
  /** Entries of each vector that are kept beside its largest ones: those of a dense block. @default 0 */
  readonly dense?: number;
}

/**
 * Clusters directions by cosine: spherical k-means (Dhillon and Modha, "Concept Decompositions for
 * Large Sparse Text Data Using Clustering", Machine Learning 2001) with k-means++ seeding (Arthur and
 * Vassilvitskii, SODA 2007) and centroids cut to their largest entries, which leaves the clusters as
 * they are and the work linear in the text (cf. Sculley, "Web-Scale K-Means Clustering", WWW 2010).
 * A cluster that loses its last vector is gone.
 * @param vectors of length 1, or empty: those belong to no cluster
 */
export function kMeans(
  vectors: readonly SparseVector[],
  { clusters, seed, dense = 0 }: KMeansOptions,
): Centroids {
  const rng = createRng(seed, 'k-means', clusters);
  const sample = drawSample(
    vectors.filter(({ indices }) => indices.length > 0),
    rng,
    KEEP_OF_SAMPLE + dense,
  );
  const keep = KEEP + dense;
  let centroids = seedCentroids(sample, clusters, rng, keep);
  let before: Int32Array = new Int32Array(0);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const labels = withoutGaps(assign(sample, centroids));
    if (labels.every((label, row) => label === before[row])) break;
    centroids = Centroids.of(sample, labels, 1 + labels.reduce((a, b) => Math.max(a, b), -1), keep);
    before = labels;
  }
  return centroids;
}

/** The cluster of each vector; −1 where it is similar to none. */
export function assign(vectors: readonly SparseVector[], centroids: Centroids): Int32Array {
  const scratch = new Float64Array(centroids.count);
  return Int32Array.from(vectors, (vector) => centroids.nearest(vector, scratch));
}

function drawSample(vectors: SparseVector[], rng: Rng, keep: number): readonly SparseVector[] {
  const size = Math.min(SAMPLE, vectors.length);
  for (let at = 0; at < size; at++) {
    const other = at + rng.below(vectors.length - at);
    [vectors[at], vectors[other]] = [vectors[other]!, vectors[at]!];
  }
  return vectors.slice(0, size).map((vector) => heaviest(vector, keep));
}

/** Each further seed is drawn with a chance as its squared distance, 2 − 2 cos, from the nearest so far. */
function seedCentroids(
  vectors: readonly SparseVector[],
  clusters: number,
  rng: Rng,
  keep: number,
): Centroids {
  const seeds: SparseVector[] = [];
  const distance = new Float64Array(vectors.length).fill(1);
  const dense = new Float64Array(REQUEST_COLUMNS);
  while (seeds.length < Math.min(clusters, vectors.length)) {
    const total = distance.reduce((sum, value) => sum + value, 0);
    if (total < 1e-9 * vectors.length) break;
    const seed = vectors[draw(distance, rng.next() * total)]!;
    seeds.push(seed);
    for (let at = 0; at < seed.indices.length; at++) dense[seed.indices[at]!] = seed.values[at]!;
    for (let row = 0; row < vectors.length; row++) {
      const { indices, values } = vectors[row]!;
      let cosine = 0;
      for (let at = 0; at < indices.length; at++) cosine += values[at]! * dense[indices[at]!]!;
      const left = Math.max(0, 1 - cosine);
      if (left < distance[row]!) distance[row] = left;
    }
    for (const bucket of seed.indices) dense[bucket] = 0;
  }
  return Centroids.of(
    seeds,
    seeds.map((_, at) => at),
    seeds.length,
    keep,
  );
}

/** The first position at which the running sum exceeds `mark`. */
function draw(weights: Float64Array, mark: number): number {
  let sum = 0;
  let last = 0;
  for (let at = 0; at < weights.length; at++) {
    if (weights[at] === 0) continue;
    sum += weights[at]!;
    last = at;
    if (sum > mark) return at;
  }
  return last;
}

/** The same clusters, numbered from 0 without those that have no member. */
function withoutGaps(labels: Int32Array): Int32Array {
  const used = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b);
  const position = new Map(used.map((label, at) => [label, at]));
  return labels.map((label) => position.get(label) ?? -1);
}
