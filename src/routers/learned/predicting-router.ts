import { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { bestNumber, costWeightAt, turningWeights } from '../cost-weight.js';
import { dialSettings } from '../dial.js';
import { meansByModel, NOTHING_MEASURED } from '../model-means.js';
import { checked, checkedParameters, dialLabel, servedLabel, written } from '../policy-document.js';
import type { Router } from '../router.js';
import { fixedChoicePolicy } from '../single-call-policy.js';
import { ForecastMemory } from './forecast-memory.js';
import { isLeftOut } from './held-out.js';
import { learnOnce } from './learn-once.js';
import type { Predictor, PredictorMethod } from './predictor.js';

interface Weighing {
  /** Quality given up for one `cost_scale`. */
  readonly cost_weight: number;
  /** The dearest model's mean cost on fit, 1 where all are free. */
  readonly cost_scale: number;
}

function predictingPolicy(
  document: PolicyDocument,
  predictor: Predictor,
  memory: ForecastMemory,
  weigh: Weighing,
): Policy {
  const { models } = document;
  const price = weigh.cost_weight / weigh.cost_scale;
  return fixedChoicePolicy(
    document,
    {
      choose: (features) => bestNumber(memory.numbers(features), price),
      explain(features, model) {
        const { quality, cost } = memory.forecast(features);
        return [
          `expects quality ${quality[model]!.toFixed(3)} of ${models[model]} at ${(100 * (cost[model]! / weigh.cost_scale)).toFixed(1)} % of the dearest model's mean cost`,
          predictor.explain(features),
          `weighs cost ${weigh.cost_weight} against quality 1`,
        ];
      },
    },
    {
      needsDomain: predictor.needsDomain,
      needsSignals: predictor.needsSignals,
      forecast: (features) => memory.forecast(features),
    },
  );
}

/** What settings of one dial share. */
interface Dialled<Document> {
  readonly models: readonly string[];
  readonly costScale: number;
  readonly learned: Document;
  readonly predictor: Predictor;
}

/**
 * A router that calls, for each request, the model of the highest predicted quality less its
 * predicted cost times a weight; the weight is its dial, spread by quantiles of the weights at which
 * choices on tune turn.
 */
export function predictingRouter<Document>(method: PredictorMethod<Document>): Router {
  const place = `Router "${method.id}"`;
  const parametersSchema = z.strictObject({
    cost_weight: z.number().min(0).max(1e12),
    cost_scale: z.number().positive(),
    predictor: method.document,
  });
  const read = (document: PolicyDocument) => {
    const parameters = checkedParameters(parametersSchema, document);
    const predictor = method.load(parameters.predictor as Document, document.models.length);
    return { parameters, predictor };
  };
  /** All settings of the dial, spread over these requests. */
  function dialled(
    { models, costScale, learned, predictor }: Dialled<Document>,
    requests: readonly Features[],
    { dials, label }: { readonly dials: number; readonly label: (dial: number) => string },
  ): readonly Policy[] {
    const memory = new ForecastMemory(predictor);
    const turning = turningWeights(
      requests.map((features) => memory.forecast(features)),
      costScale,
    );
    return dialSettings(dials).map((dial) => {
      const weighing = { cost_weight: costWeightAt(dial, turning), cost_scale: costScale };
      const document = {
        router: method.id,
        dial: label(dial),
        models,
        parameters: { ...weighing, predictor: learned },
      };
      return predictingPolicy(document, predictor, memory, weighing);
    });
  }
  return {
    id: method.id,
    summary: method.summary,
    source: method.source,
    settings: method.settings,
    kin: 'forecasts',
    ...(method.usesDomain === undefined ? {} : { usesDomain: method.usesDomain }),
    ...(method.readsEmbeddings === undefined ? {} : { readsEmbeddings: method.readsEmbeddings }),
    ...(method.members === undefined ? {} : { members: method.members }),
    fit(fit, tune, options) {
      const settings = checked(method.settings, options.settings, 'settings', place);
      const means = meansByModel(fit);
      // One model may be the best and the cheapest on the whole, and another on some requests.
      if (means.length < 2) return { leftOut: 'there is one model only' };
      const known = means.filter(({ quality, cost }) => !Number.isNaN(quality + cost));
      if (known.length === 0) return { leftOut: NOTHING_MEASURED };
      if (known.length < means.length) {
        const lacking = means.find((one) => !known.includes(one))!;
        return { leftOut: `${lacking.model} has no scores or no costs on the part to learn from` };
      }
      const learned = learnOnce(method, fit, { seed: options.seed, settings });
      if (isLeftOut(learned)) return learned;
      const predictor = method.load(learned, fit.models.length);
      const costScale = written(Math.max(...means.map(({ cost }) => cost))) || 1;
      return dialled({ models: fit.models, costScale, learned, predictor }, tune.features, {
        dials: options.dials,
        label: (dial) => (dial === 1 ? (method.topDial ?? '1') : dialLabel(dial)),
      });
    },
    redial(document, requests, dials) {
      const { parameters, predictor } = read(document);
      const learned = parameters.predictor as Document;
      const { models } = document;
      return dialled({ models, costScale: parameters.cost_scale, learned, predictor }, requests, {
        dials,
        label: servedLabel,
      });
    },
    fromDocument(document) {
      const { parameters, predictor } = read(document);
      return predictingPolicy(document, predictor, new ForecastMemory(predictor), parameters);
    },
  };
}
