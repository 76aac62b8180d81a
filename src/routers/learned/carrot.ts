import { z } from 'zod';
import { UserError } from '../../user-error.js';
import { packedFloatsOrMissing, packFloats, unpackFloats } from '../packed-numbers.js';
import { written } from '../policy-document.js';
import type { RouterData } from '../router.js';
import { heldOutNeighbours } from './neighbours/held-out-neighbours.js';
import {
  indexPrompts,
  loadNeighbourIndex,
  neighbourIndexSchema,
} from './neighbours/neighbour-index.js';
import { NeighbourMoments } from './neighbours/neighbour-moments.js';
import { MOST_NEIGHBOURS } from './neighbours/neighbour-search.js';
import { overallMeans, overallMeansSchema } from './overall-means.js';
import { predictingRouter } from './predicting-router.js';
import type { PredictorMethod } from './predictor.js';

const NEIGHBOURS = [2, 4, 8, 16, 32, 64, 128, MOST_NEIGHBOURS];
/** Of a model's mean cost: costs below count as this, as there is no logarithm of nothing. */
const LEAST_SHARE = 1e-3;

const settingsSchema = z.strictObject({
  /** k of the quality regressors; chosen on fit where it is not set. */
  neighbours: z.int().min(1).max(MOST_NEIGHBOURS).optional(),
  /** k of the cost regressors; chosen on fit where it is not set. */
  cost_neighbours: z.int().min(1).max(MOST_NEIGHBOURS).optional(),
});

const regressorSchema = z.strictObject({
  neighbours: z.int().min(1),
  /** Rows × models; NaN where missing. */
  values: packedFloatsOrMissing,
});

const documentSchema = z.strictObject({
  index: neighbourIndexSchema,
  /** For models of which no neighbour was measured, and requests without neighbours. */
  overall: overallMeansSchema,
  quality: regressorSchema,
  /** Of the logarithm of cost. */
  cost: regressorSchema,
  /** By model: mean cost over mean exponentiated forecast, held out. */
  cost_smearing: z.array(z.number().min(0)).max(1000),
});
type CarrotDocument = z.output<typeof documentSchema>;

/** The k of the least squared error on held-out prompts, models measured each by its own spread. */
function chooseNeighbours(
  data: RouterData,
  values: Float64Array,
  means: ArrayLike<number>,
  wanted: number | undefined,
): number {
  if (wanted !== undefined) return wanted;
  const models = data.models.length;
  const moments = new NeighbourMoments(models);
  const scale = spreadOf(values, models);
  const errors = NEIGHBOURS.map((neighbours) => {
    let error = 0;
    for (const { row, neighbours: near } of heldOutNeighbours(data)) {
      moments.take(near, values, neighbours, false);
      for (let model = 0; model < models; model++) {
        const truth = values[row * models + model]!;
        if (Number.isNaN(truth) || scale[model] === 0) continue;
        const forecast = moments.weight[model] === 0 ? means[model]! : moments.mean[model]!;
        error += (forecast - truth) ** 2 / scale[model]!;
      }
    }
    return error;
  });
  return NEIGHBOURS[errors.indexOf(Math.min(...errors))]!;
}

/** By column: mean and variance over all rows that have a value. */
function columnMoments(values: Float64Array, models: number): NeighbourMoments {
  const rows = Int32Array.from({ length: values.length / models }, (_, row) => row);
  const similarity = new Float64Array(rows.length).fill(1);
  return new NeighbourMoments(models).take({ rows, similarity }, values, rows.length, false);
}

const spreadOf = (values: Float64Array, models: number): Float64Array =>
  columnMoments(values, models).variance;

/**
 * Cost on the log scale; NaN where missing, or where a model is free. Rounded as it is written.
 * @param means by model
 */
function logCosts({ cost }: RouterData, means: readonly number[]): Float64Array {
  return Float64Array.from(cost, (paid, cell) => {
    const mean = means[cell % means.length]!;
    return mean === 0 ? Number.NaN : Math.fround(Math.log(Math.max(paid, LEAST_SHARE * mean)));
  });
}

/**
 * The mean of exponentiated forecasts is below the mean cost, as the exponential of a mean logarithm
 * is; their ratio on held-out prompts makes up for it (Duan's smearing, as a ratio).
 */
function smearing(data: RouterData, logs: Float64Array, neighbours: number): number[] {
  const models = data.models.length;
  const moments = new NeighbourMoments(models);
  const paid = new Float64Array(models);
  const forecast = new Float64Array(models);
  for (const { row, neighbours: near } of heldOutNeighbours(data)) {
    moments.take(near, logs, neighbours, false);
    for (let model = 0; model < models; model++) {
      const cell = row * models + model;
      if (Number.isNaN(logs[cell]!) || moments.weight[model] === 0) continue;
      paid[model]! += data.cost[cell]!;
      forecast[model]! += Math.exp(moments.mean[model]!);
    }
  }
  return Array.from(paid, (sum, model) =>
    forecast[model] === 0 ? 1 : written(sum / forecast[model]!),
  );
}

/**
 * CARROT: a regressor of each model's quality and one of its cost, then the model of the highest
 * (1 − μ) · quality − μ · cost. The router's dial is quality − w · cost, which has the same maximum at
 * w = μ / (1 − μ): the same policies, spread otherwise. Both regressors are k nearest neighbours with
 * equal weights and no guard, each k chosen by leaving one group out. Cost is regressed on the log
 * scale, where the paper predicts output tokens and multiplies by the price: what was paid is what
 * the outcomes hold.
 */
export const carrotMethod: PredictorMethod<CarrotDocument> = {
  id: 'carrot',
  summary:
    'Predicts quality and cost of each model from the prompts most like it, each as well as it can',
  source: 'CARROT (Somerstep et al. 2025, arXiv:2502.03261)',
  settings: settingsSchema,
  document: documentSchema,
  learn(data, { settings }) {
    const overall = overallMeans(data);
    if ('leftOut' in overall) return overall;
    const wanted = settingsSchema.parse(settings);
    const logs = logCosts(data, overall.cost);
    const logMeans = columnMoments(logs, data.models.length).mean;
    const ofQuality = chooseNeighbours(data, data.score, overall.quality, wanted.neighbours);
    const ofCost = chooseNeighbours(data, logs, logMeans, wanted.cost_neighbours);
    return {
      index: indexPrompts(data),
      overall,
      quality: { neighbours: ofQuality, values: packFloats(data.score) },
      cost: { neighbours: ofCost, values: packFloats(logs) },
      cost_smearing: smearing(data, logs, ofCost),
    };
  },
  load(document, models) {
    const { overall, cost_smearing: smear } = document;
    const index = loadNeighbourIndex(document.index);
    const scores = Float64Array.from(unpackFloats(document.quality.values));
    const logs = Float64Array.from(unpackFloats(document.cost.values));
    const lengths = [overall.quality.length, overall.cost.length, smear.length];
    const cells = index.size * models;
    if (lengths.some((l) => l !== models) || scores.length !== cells || logs.length !== cells) {
      throw new UserError(
        `Policy "carrot": \`parameters.predictor\`: expected ${models} models and ${cells} cells, got ${lengths.join(', ')} models, ${scores.length} scores and ${logs.length} costs: export the policy again`,
      );
    }
    const moments = new NeighbourMoments(models);
    return {
      forecast(features) {
        const neighbours = index.nearest(features);
        const quality = Float64Array.from(overall.quality);
        const cost = Float64Array.from(overall.cost);
        moments.take(neighbours, scores, document.quality.neighbours, false);
        for (let model = 0; model < models; model++) {
          if (moments.weight[model]! > 0) quality[model] = moments.mean[model]!;
        }
        moments.take(neighbours, logs, document.cost.neighbours, false);
        for (let model = 0; model < models; model++) {
          if (moments.weight[model]! > 0)
            cost[model] = Math.exp(moments.mean[model]!) * smear[model]!;
        }
        return { quality, cost };
      },
      explain(features) {
        const { rows, similarity } = index.nearest(features);
        const of = (wanted: number): number => Math.min(rows.length, wanted);
        return `rests on the ${of(document.quality.neighbours)} nearest of ${index.size} prompts for quality and ${of(document.cost.neighbours)} for cost, the first at similarity ${(similarity[0] ?? 0).toFixed(2)}`;
      },
    };
  },
};

export const carrot = predictingRouter(carrotMethod);
