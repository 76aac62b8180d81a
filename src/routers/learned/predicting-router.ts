import { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { Forecast, Policy, PolicyDocument } from '../../policies/index.js';
import { bestValue, costWeightAt, turningWeights } from '../cost-weight.js';
import { dialSettings } from '../dial.js';
import { hullModels, meansByModel, nothingToChoose } from '../model-means.js';
import { checked, checkedParameters, dialLabel, written } from '../policy-document.js';
import type { Router } from '../router.js';
import { singleCallPolicy } from '../single-call-policy.js';
import { isLeftOut } from './held-out.js';
import { learnOnce } from './learn-once.js';
import type { Predictor, PredictorMethod } from './predictor.js';

interface Weighing {
  /** Quality given up for one `cost_scale`. */
  readonly cost_weight: number;
  /** The dearest model's mean cost on fit. */
  readonly cost_scale: number;
}

/** A predictor that forecasts each request once, as all settings of a dial ask for the same. */
function remembering(predictor: Predictor): Predictor {
  const known = new WeakMap<Features, Forecast>();
  return {
    ...(predictor.needsDomain === undefined ? {} : { needsDomain: predictor.needsDomain }),
    ...(predictor.needsSignals === undefined ? {} : { needsSignals: predictor.needsSignals }),
    explain: (features) => predictor.explain(features),
    forecast(features) {
      const before = known.get(features);
      if (before !== undefined) return before;
      const forecast = predictor.forecast(features);
      known.set(features, forecast);
      return forecast;
    },
  };
}

function predictingPolicy(document: PolicyDocument, predictor: Predictor, weigh: Weighing): Policy {
  const { models } = document;
  const policy = singleCallPolicy(document, (features) => {
    const forecast = predictor.forecast(features);
    const model = bestValue(forecast, weigh.cost_weight / weigh.cost_scale);
    return {
      model,
      propensity: 1,
      explain: () => [
        `expects quality ${forecast.quality[model]!.toFixed(3)} of ${models[model]} at ${(100 * (forecast.cost[model]! / weigh.cost_scale)).toFixed(1)} % of the dearest model's mean cost`,
        predictor.explain(features),
        `weighs cost ${weigh.cost_weight} against quality 1`,
      ],
    };
  });
  return {
    ...policy,
    needs: {
      domain: predictor.needsDomain ?? false,
      answers: false,
      ...(predictor.needsSignals === undefined ? {} : { signals: predictor.needsSignals }),
    },
    forecast: (features) => predictor.forecast(features),
  };
}

/**
 * A router that calls, for each request, the model of the highest predicted quality less its
 * predicted cost times a weight; the weight is its dial, spread by quantiles of the weights at which
 * choices on tune turn.
 */
export function predictingRouter<Document>(method: PredictorMethod<Document>): Router {
  const place = `Router "${method.id}"`;
  return {
    id: method.id,
    summary: method.summary,
    source: method.source,
    settings: method.settings,
    ...(method.usesDomain === undefined ? {} : { usesDomain: method.usesDomain }),
    ...(method.readsEmbeddings === undefined ? {} : { readsEmbeddings: method.readsEmbeddings }),
    ...(method.members === undefined ? {} : { members: method.members }),
    fit(fit, tune, options) {
      const settings = checked(method.settings, options.settings, 'settings', place);
      const means = meansByModel(fit);
      const reason = nothingToChoose(hullModels(means));
      if (reason !== null) return { leftOut: reason };
      const known = means.filter(({ quality, cost }) => !Number.isNaN(quality + cost));
      if (known.length < means.length) {
        const lacking = means.find((one) => !known.includes(one))!;
        return { leftOut: `${lacking.model} has no scores or no costs on the part to learn from` };
      }
      const learned = learnOnce(method, fit, { seed: options.seed, settings });
      if (isLeftOut(learned)) return learned;
      const predictor = remembering(method.load(learned, fit.models.length));
      const costScale = written(Math.max(...means.map(({ cost }) => cost)));
      const turning = turningWeights(
        tune.features.map((features) => predictor.forecast(features)),
        costScale,
      );
      return dialSettings(options.dials).map((dial) => {
        const weighing = { cost_weight: costWeightAt(dial, turning), cost_scale: costScale };
        const document = {
          router: method.id,
          dial: dial === 1 ? (method.topDial ?? '1') : dialLabel(dial),
          models: fit.models,
          parameters: { ...weighing, predictor: learned },
        };
        return predictingPolicy(document, predictor, weighing);
      });
    },
    fromDocument(document) {
      const schema = z.strictObject({
        cost_weight: z.number().min(0).max(1e12),
        cost_scale: z.number().positive(),
        predictor: method.document,
      });
      const parameters = checkedParameters(schema, document);
      const predictor = method.load(parameters.predictor as Document, document.models.length);
      return predictingPolicy(document, remembering(predictor), parameters);
    },
  };
}
