import { z } from 'zod';
import type { Features } from '../../../features/index.js';
import type { Forecast } from '../../../policies/index.js';
import { UserError } from '../../../user-error.js';
import { packFloats } from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { forecastCosts, learnCostByLength } from '../cost-by-length.js';
import type { Predictor, PredictorMethod } from '../predictor.js';
import { featureKindSchema, signalsOf, viewOf } from '../requests/request-view.js';
import { learnDesign } from './linear-design.js';
import { type LinearDocument, linearDocumentSchema, linearWeights } from './linear-document.js';
import { type ChosenPenalty, choosePenalty } from './linear-penalty.js';
import { type LinearLoss, LinearTrainer } from './linear-trainer.js';
import { RequestColumns } from './request-columns.js';

/** How much smaller than at the start the gradient of what is written down is. */
const TOLERANCE = 0.05;

const settingsSchema = z.strictObject({
  /** Strength of the penalty on squared weights: larger trusts the text less. Chosen by inner folds where absent. */
  penalty: z.number().positive().max(1e9).optional(),
  /** What of a request is weighed. @default 'text' */
  features: featureKindSchema.optional(),
});

/** `scale · output + shift` of one model's output. */
export interface OutputScaling {
  readonly scale: number;
  readonly shift: number;
}

/** What makes one linear method another than the next. */
export interface LinearKind {
  readonly id: string;
  readonly summary: string;
  readonly source: string;
  readonly loss: LinearLoss;
  /** Tried from strong to weak. */
  readonly penalties: readonly number[];
  /** Corrects a model's outputs by what came out where they were out of fold; absent where they stand as they are. */
  readonly calibrate?: (outputs: Float64Array, scores: Float64Array) => OutputScaling;
}

/** A linear model per routed model on the text's columns; cost by length. */
export function linearMethod(kind: LinearKind): PredictorMethod<LinearDocument> {
  return {
    id: kind.id,
    summary: kind.summary,
    source: kind.source,
    settings: settingsSchema,
    readsEmbeddings: true,
    document: linearDocumentSchema,
    learn(data, { seed, settings }) {
      const { penalty, features } = settings as z.output<typeof settingsSchema>;
      const view = viewOf(data, features);
      if ('leftOut' in view) return view;
      const { columns, design } = learnDesign(data, view);
      const models = data.models.length;
      const penalties = penalty === undefined ? kind.penalties : [penalty];
      const given = penalty !== undefined && kind.calibrate === undefined;
      const chosen = given
        ? { penalty, outOfFold: new Float64Array(0) }
        : choosePenalty(design, data.score, models, kind.loss, penalties, {
            groups: data.groups,
            seed,
          });
      const rows = Int32Array.from(data.features, (_, row) => row);
      const trainer = new LinearTrainer(design, rows, data.score, models, kind.loss, TOLERANCE);
      trainer.train(chosen.penalty);
      const coefficients = trainer.coefficients();
      rescale(coefficients, scalings(kind, data, chosen));
      return {
        columns: columns.document,
        weights: packFloats(coefficients),
        penalty: chosen.penalty,
        cost: learnCostByLength(data),
      };
    },
    chosen: ({ penalty }) => ({ penalty }),
    load: (document, models) => linearPredictor(kind, document, models),
  };
}

/** One a model; none where the kind needs none. */
function scalings(
  kind: LinearKind,
  data: RouterData,
  { outOfFold }: ChosenPenalty,
): OutputScaling[] {
  const { calibrate } = kind;
  if (calibrate === undefined) return [];
  const models = data.models.length;
  return data.models.map((_, model) => {
    const cells = data.features
      .map((_, row) => row * models + model)
      .filter((cell) => !Number.isNaN(outOfFold[cell]! + data.score[cell]!));
    if (cells.length === 0) return { scale: 1, shift: 0 };
    return calibrate(
      Float64Array.from(cells, (cell) => outOfFold[cell]!),
      Float64Array.from(cells, (cell) => data.score[cell]!),
    );
  });
}

function rescale(coefficients: Float64Array, by: readonly OutputScaling[]): void {
  const constant = coefficients.length - by.length;
  by.forEach(({ scale, shift }, model) => {
    for (let at = model; at < coefficients.length; at += by.length) coefficients[at]! *= scale;
    coefficients[constant + model]! += shift;
  });
}

function linearPredictor(kind: LinearKind, document: LinearDocument, models: number): Predictor {
  const columns = new RequestColumns(document.columns);
  const weights = linearWeights(document.weights, columns.words + columns.dense + 1, models);
  if (document.cost.length !== models) {
    throw new UserError(
      `Linear predictor: \`cost\`: expected ${models} entries, one a model, got ${document.cost.length}`,
    );
  }
  const firstDense = columns.words * models;
  const constant = firstDense + columns.dense * models;
  let indices = new Int32Array(1024);
  let values = new Float32Array(1024);
  const dense = new Float32Array(columns.dense);
  const read = (features: Features): number => {
    const words = RequestColumns.wordsIn(features);
    if (words > indices.length) {
      indices = new Int32Array(words);
      values = new Float32Array(words);
    }
    return columns.read(features, indices, values, dense);
  };
  return {
    ...signalsOf(columns.embedding),
    forecast(features): Forecast {
      const count = read(features);
      const quality = new Float64Array(models);
      for (let model = 0; model < models; model++) quality[model] = weights[constant + model]!;
      for (let at = 0; at < count; at++) {
        const base = indices[at]! * models;
        const value = values[at]!;
        for (let model = 0; model < models; model++)
          quality[model]! += value * weights[base + model]!;
      }
      for (let at = 0; at < dense.length; at++) {
        const base = firstDense + at * models;
        const value = dense[at]!;
        for (let model = 0; model < models; model++)
          quality[model]! += value * weights[base + model]!;
      }
      for (let model = 0; model < models; model++)
        quality[model] = kind.loss.expected(quality[model]!);
      const cost = new Float64Array(models);
      forecastCosts(document.cost, features, cost);
      return { quality, cost };
    },
    explain: (features) =>
      columns.words === 0 && columns.embedding !== null
        ? `rests on the embedding ${columns.embedding}`
        : `${read(features)} of ${RequestColumns.wordsIn(features)} words and pairs of the request are known`,
  };
}
