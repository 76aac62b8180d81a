import { z } from 'zod';
import { UserError } from '../../user-error.js';
import { packedFloatsOrMissing, packFloats, unpackFloats } from '../packed-numbers.js';
import { costDocumentSchema, learnCostByLength } from './cost-by-length.js';
import { chooseGuard } from './neighbours/choose-guard.js';
import { deviationsFrom, GuardedForecast } from './neighbours/guarded-forecast.js';
import { heldOutNeighbours } from './neighbours/held-out-neighbours.js';
import type { Neighbours } from './neighbours/most-similar.js';
import {
  learnNeighbourCosts,
  NeighbourCostForecast,
  neighbourCostsSchema,
} from './neighbours/neighbour-costs.js';
import { MOST_NEIGHBOURS } from './neighbours/neighbour-search.js';
import {
  embeddingIn,
  indexRequests,
  loadNeighbours,
  requestIndexSchema,
} from './neighbours/request-neighbours.js';
import { overallMeans } from './overall-means.js';
import { predictingRouter } from './predicting-router.js';
import type { PredictorMethod } from './predictor.js';
import { featureKindSchema, signalsOf, viewOf } from './requests/request-view.js';

const settingsSchema = z.strictObject({
  /** How many neighbours are asked; chosen on fit where it is not set. */
  neighbours: z.int().min(1).max(MOST_NEIGHBOURS).optional(),
  /** Standard errors that a deviation from a model's mean has to stand out by; chosen on fit where it is not set. */
  guard: z.number().min(0).max(10).optional(),
  /** What likeness is measured on. @default 'text' */
  features: featureKindSchema.optional(),
});

const documentSchema = z.strictObject({
  means: z.array(z.number().min(0).max(1)).max(1000),
  cost: costDocumentSchema,
  /** Null where neighbours are asked for nothing. */
  index: requestIndexSchema.nullable(),
  /** Null where neighbours told nothing on held-out prompts. */
  quality: z
    .strictObject({
      neighbours: z.int().min(1),
      shrinkage: z.number().min(0),
      guard: z.number().min(0),
      least_similarity: z.number().min(0),
      /** Rows × models; NaN where missing. */
      score: packedFloatsOrMissing,
    })
    .nullable(),
  cost_beyond_length: neighbourCostsSchema.nullable(),
});
type KnnDocument = z.output<typeof documentSchema>;

const NONE: Neighbours = { rows: new Int32Array(0), similarity: new Float64Array(0) };

/**
 * k nearest neighbours by text or embedding, guarded. RouterBench's router takes the plain mean of what models
 * scored on the k prompts most like the request, which chases noise: at k = 10 it does worse than the
 * hull of constant models. Here the fallback is the constant forecast, each model's overall mean, and
 * neighbours move it only as far as they support: by their similarity-weighted, paired difference
 * between models, shrunk, cut by its standard error (experiential's guard), and not at all where the
 * nearest is less like the request than held-out prompts showed to help. All of it is chosen by
 * leaving one group out. Cost is by length, moved by neighbours' costs likewise.
 */
export const knnMethod: PredictorMethod<KnnDocument> = {
  id: 'knn',
  summary:
    'What models scored on the prompts most like it, as far as that stands out from their means',
  source:
    'RouterBench (Hu et al. 2024, arXiv:2403.12031); guard after github.com/experientiallabs/experiential, #259',
  settings: settingsSchema,
  readsEmbeddings: true,
  document: documentSchema,
  learn(data, { settings }) {
    const overall = overallMeans(data);
    if ('leftOut' in overall) return overall;
    const means = overall.quality;
    const { neighbours, guard, features } = settingsSchema.parse(settings);
    const view = viewOf(data, features);
    if ('leftOut' in view) return view;
    const heldOut = heldOutNeighbours(data, view);
    const deviations = deviationsFrom(means, data.score);
    const chosen = chooseGuard(heldOut, deviations, data.groups, { neighbours, guard });
    const cost = learnCostByLength(data);
    const beyond = learnNeighbourCosts(data, cost, heldOut);
    return {
      means,
      cost,
      index: chosen === null && beyond === null ? null : indexRequests(data, view),
      quality: chosen === null ? null : { ...chosen, score: packFloats(data.score) },
      cost_beyond_length: beyond,
    };
  },
  chosen: ({ quality }) =>
    quality === null ? {} : { neighbours: quality.neighbours, guard: quality.guard },
  load(document, models) {
    const { means, cost, quality: heeded, cost_beyond_length: beyond } = document;
    const index = document.index === null ? null : loadNeighbours(document.index);
    const score = Float64Array.from(unpackFloats(heeded?.score ?? ''));
    const costs = new NeighbourCostForecast(cost, beyond);
    const cells = (index?.size ?? 0) * models;
    const fits =
      means.length === models &&
      cost.length === models &&
      !cost.includes(null) &&
      score.length === (heeded === null ? 0 : cells) &&
      costs.cells === (beyond === null ? 0 : cells);
    if (!fits) {
      throw new UserError(
        `Policy "knn": \`parameters.predictor\`: expected means and costs of ${models} models and neighbours of ${cells} cells, got ${means.length}, ${cost.length}, ${score.length} and ${costs.cells}: export the policy again`,
      );
    }
    const forecaster =
      heeded === null ? null : new GuardedForecast(means, deviationsFrom(means, score), heeded);
    const leastSimilarity = heeded?.least_similarity ?? 0;
    return {
      ...signalsOf(embeddingIn(document.index)),
      forecast(features) {
        const neighbours = index === null ? NONE : index.nearest(features);
        const quality = Float64Array.from(means);
        if (forecaster !== null && (neighbours.similarity[0] ?? 0) >= leastSimilarity) {
          forecaster.into(quality, neighbours);
        }
        const expected = new Float64Array(models);
        costs.into(expected, features, neighbours);
        return { quality, cost: expected };
      },
      explain(features) {
        if (index === null || heeded === null) {
          return 'rests on the overall means, as neighbours told nothing on held-out prompts';
        }
        const { rows, similarity } = index.nearest(features);
        const nearest = (similarity[0] ?? 0).toFixed(2);
        return (similarity[0] ?? 0) < leastSimilarity
          ? `rests on the overall means, as the nearest of ${index.size} prompts has similarity ${nearest} and neighbours helped from ${leastSimilarity.toFixed(2)}`
          : `rests on the ${Math.min(rows.length, heeded.neighbours)} nearest of ${index.size} prompts, the first at similarity ${nearest}`;
      },
    };
  },
};

export const knn = predictingRouter(knnMethod);
