import { z } from 'zod';
import { UserError } from '../../user-error.js';
import { packedFloats, packFloats, unpackFloats } from '../packed-numbers.js';
import type { RouterData } from '../router.js';
import { CellMeans } from './clusters/cell-means.js';
import { Centroids, centroidsSchema } from './clusters/centroids.js';
import { type RequestClusters, requestClusters, spaceOf } from './clusters/text-clusters.js';
import { differenceError } from './difference-error.js';
import { innerFolds } from './inner-folds.js';
import { overallMeans, overallMeansSchema } from './overall-means.js';
import { predictingRouter } from './predicting-router.js';
import type { PredictorMethod } from './predictor.js';
import { RequestSpace, requestSpaceOf, requestSpaceSchema } from './requests/request-space.js';
import { featureKindSchema, type RequestView, signalsOf, viewOf } from './requests/request-view.js';

/** Weight of a cluster falls by e for each 1/9 of cosine distance. */
const SHARPNESS = 9;
/** As many prompts of the overall mean are counted into each cluster, so that a small one does not shout. */
const STRENGTH = 5;
const FOLDS = 5;
const CLUSTERS = [10, 20, 50, 100];
const TOP_K = [1, 3, 10];

const settingsSchema = z.strictObject({
  clusters: z.int().min(2).max(1000).optional(),
  top_k: z.int().min(1).max(20).optional(),
  /** What prompts are clustered by. @default 'text' */
  features: featureKindSchema.optional(),
});

const documentSchema = z.strictObject({
  ...requestSpaceSchema.shape,
  centroids: centroidsSchema,
  top_k: z.int().min(1).max(20),
  /** For texts like no cluster. */
  overall: overallMeansSchema,
  /** Clusters × models. */
  quality: packedFloats,
  cost: packedFloats,
});
type ClusterDocument = z.output<typeof documentSchema>;

interface Nearest {
  readonly cluster: number;
  readonly weight: number;
}

/** The `topK` most similar clusters, weights of exp(−9 · (1 − cosine)) scaled to sum to 1. */
function nearestClusters(similarities: Float64Array, topK: number): Nearest[] {
  const nearest: { cluster: number; weight: number }[] = [];
  for (let cluster = 0; cluster < similarities.length; cluster++) {
    const weight = similarities[cluster]!;
    if (weight <= 0 || (nearest.length === topK && weight <= nearest.at(-1)!.weight)) continue;
    if (nearest.length === topK) nearest.pop();
    const before = nearest.findIndex((other) => other.weight < weight);
    nearest.splice(before < 0 ? nearest.length : before, 0, { cluster, weight });
  }
  const most = nearest[0]?.weight ?? 0;
  let total = 0;
  for (const one of nearest) {
    one.weight = Math.exp(SHARPNESS * (one.weight - most));
    total += one.weight;
  }
  for (const one of nearest) one.weight /= total;
  return nearest;
}

/** Clusters × models: means pulled to those over all. */
function pulledMeans(table: CellMeans, overall: readonly number[]): Float64Array {
  const means = new Float64Array(table.cells * table.models);
  for (let cell = 0; cell < table.cells; cell++) {
    const estimate = Float64Array.from(overall);
    table.pull(estimate, cell, STRENGTH);
    means.set(estimate, cell * table.models);
  }
  return means;
}

/** Overwrites `out`, by model; `otherwise` where no cluster is near. */
function mixInto(
  out: Float64Array,
  means: ArrayLike<number>,
  nearest: readonly Nearest[],
  otherwise: readonly number[],
): void {
  if (nearest.length === 0) out.set(otherwise);
  else out.fill(0);
  for (const { cluster, weight } of nearest) {
    for (let model = 0; model < out.length; model++) {
      out[model]! += weight * means[cluster * out.length + model]!;
    }
  }
}

/** Held-out error of each `topK`; clusters look at no score, so they are those of all prompts. */
function heldOutErrors(
  data: RouterData,
  view: RequestView,
  { centroids, labels }: RequestClusters,
  overall: readonly number[],
  topKs: readonly number[],
  folds: Int32Array,
): number[] {
  const width = data.models.length;
  const space = spaceOf(data, view);
  const similarities = new Float64Array(centroids.count);
  const tables = Array.from({ length: FOLDS }, (_, fold) =>
    pulledMeans(
      new CellMeans(centroids.count, width).add(
        data.score,
        labels.map((label, row) => (folds[row] === fold ? -1 : label)),
      ),
      overall,
    ),
  );
  const errors = topKs.map(() => 0);
  const forecast = new Float64Array(width);
  data.features.forEach((features, row) => {
    centroids.similarities(space.vectorOf(features), similarities);
    topKs.forEach((topK, at) => {
      const nearest = nearestClusters(similarities, topK);
      mixInto(forecast, tables[folds[row]!]!, nearest, overall);
      errors[at]! += differenceError(data.score, row, forecast);
    });
  });
  return errors;
}

/** How many clusters, and how many to ask: the least held-out error, of equals the fewer. */
function chooseShape(
  data: RouterData,
  view: RequestView,
  overall: readonly number[],
  settings: z.output<typeof settingsSchema>,
  seed: number,
): { readonly clusters: RequestClusters; readonly topK: number } {
  const counts = settings.clusters === undefined ? CLUSTERS : [settings.clusters];
  const topKs = settings.top_k === undefined ? TOP_K : [settings.top_k];
  const folds = innerFolds(data.groups, FOLDS, seed);
  let best = { clusters: requestClusters(data, view, counts[0]!, seed), topK: topKs[0]! };
  if (counts.length * topKs.length === 1) return best;
  let least = Number.POSITIVE_INFINITY;
  for (const count of counts) {
    const clusters = requestClusters(data, view, count, seed);
    heldOutErrors(data, view, clusters, overall, topKs, folds).forEach((error, at) => {
      if (error >= least) return;
      least = error;
      best = { clusters, topK: topKs[at]! };
    });
  }
  return best;
}

/**
 * Clusters prompts by text or embedding and forecasts each model's mean quality and cost in the clusters most like
 * the request. After Avengers-Pro, whose score in a cluster is α · accuracy, scaled to [0, 1] over
 * models, + (1 − α) · (1 − cost ÷ the dearest cost); here means are mixed and not their ranks, missing
 * costs are missing and not 0, and small clusters are pulled a little to the overall mean. Where
 * accuracies span r and costs up to c, that α orders models as a cost weight of r · (1 − α) ÷ α per c.
 */
export const clusterMethod: PredictorMethod<ClusterDocument> = {
  id: 'cluster',
  summary: 'Mean quality and cost of each model in the clusters of text most like the prompt',
  source:
    'Zhang et al., "Beyond GPT-5: Making LLMs Cheaper and Better via Performance-Efficiency Optimized Routing" (Avengers-Pro, arXiv:2508.12631)',
  settings: settingsSchema,
  readsEmbeddings: true,
  document: documentSchema,
  learn(data, { seed, settings }) {
    const overall = overallMeans(data);
    if ('leftOut' in overall) return overall;
    const wanted = settingsSchema.parse(settings);
    const view = viewOf(data, wanted.features);
    if ('leftOut' in view) return view;
    const { clusters, topK } = chooseShape(data, view, overall.quality, wanted, seed);
    const { centroids, labels } = clusters;
    const meansOf = (values: Float64Array, otherwise: readonly number[]): string =>
      packFloats(
        pulledMeans(
          new CellMeans(centroids.count, data.models.length).add(values, labels),
          otherwise,
        ),
      );
    return {
      ...requestSpaceOf(data, view),
      centroids: centroids.toDocument(),
      top_k: topK,
      overall,
      quality: meansOf(data.score, overall.quality),
      cost: meansOf(data.cost, overall.cost),
    };
  },
  chosen: (document) => ({
    clusters: Math.max(2, new Centroids(document.centroids).count),
    top_k: document.top_k,
  }),
  load(document, models) {
    const space = new RequestSpace({
      idf: document.idf,
      ...(document.embedding === undefined ? {} : { embedding: document.embedding }),
    });
    const centroids = new Centroids(document.centroids);
    const quality = unpackFloats(document.quality);
    const cost = unpackFloats(document.cost);
    const { overall, top_k } = document;
    const expected = centroids.count * models;
    const fits = quality.length === expected && cost.length === expected;
    if (!fits || overall.quality.length !== models || overall.cost.length !== models) {
      throw new UserError(
        `Policy "cluster": \`parameters.predictor\`: expected ${expected} means each for quality and cost of ${centroids.count} clusters and ${models} models, got ${quality.length} and ${cost.length}: export the policy again`,
      );
    }
    const similarities = new Float64Array(centroids.count);
    const nearestTo = (features: Parameters<RequestSpace['vectorOf']>[0]): Nearest[] => {
      centroids.similarities(space.vectorOf(features), similarities);
      return nearestClusters(similarities, top_k);
    };
    return {
      ...signalsOf(space.embedding),
      forecast(features) {
        const nearest = nearestTo(features);
        const expects = { quality: new Float64Array(models), cost: new Float64Array(models) };
        mixInto(expects.quality, quality, nearest, overall.quality);
        mixInto(expects.cost, cost, nearest, overall.cost);
        return expects;
      },
      explain(features) {
        const [first] = nearestTo(features);
        return first === undefined
          ? 'like no cluster that was measured: means over all'
          : `most like cluster ${first.cluster + 1} of ${centroids.count}, which weighs ${(100 * first.weight).toFixed(0)} %`;
      },
    };
  },
};

export const cluster = predictingRouter(clusterMethod);
