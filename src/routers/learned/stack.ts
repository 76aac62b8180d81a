import { z } from 'zod';
import { mean } from '../../statistics/index.js';
import { meansByModel } from '../model-means.js';
import { checked, written } from '../policy-document.js';
import type { RouterData } from '../router.js';
import { heldOutParts, isLeftOut, learnWithout } from './held-out.js';
import { learnOnce } from './learn-once.js';
import { NormalEquations, nonNegativeLeastSquares } from './non-negative-least-squares.js';
import type { LearnOptions, Predictor, PredictorMethod } from './predictor.js';
import { type FeatureKind, featureKindSchema, viewOf } from './requests/request-view.js';

/** Held-out prompts that tell members apart well enough: further ones are not forecast. */
const ENOUGH_ROWS = 6_000;

const weights = z.array(z.number().min(0).max(1e6)).max(50);

const settingsSchema = z.strictObject({
  /** What members that can rest on embeddings look at. @default 'text' */
  features: featureKindSchema.optional(),
});

const documentSchema = z.strictObject({
  /** Mean quality by model, from which members' forecasts are deviations. */
  means: z.array(z.number().min(0).max(1)).max(1000),
  members: z
    .array(z.strictObject({ method: z.string(), learned: z.unknown() }))
    .min(1)
    .max(50),
  /** Of each member: how far its opinion of the prompt, of the models on it, and of the cost counts. */
  prompt_weights: weights,
  model_weights: weights,
  cost_weights: weights,
});
type StackDocument = z.output<typeof documentSchema>;

interface Member {
  readonly method: PredictorMethod;
  readonly learned: unknown;
}

/**
 * Stacked generalisation (Wolpert, 1992, with the non-negative weights of Breiman, "Stacked
 * Regressions", 1996): members forecast each prompt of fit from the other folds, and weights are
 * learned on those out-of-fold forecasts; members are then learned on all of fit.
 * What a member says of a prompt falls into how hard it is for all models, which moves no choice,
 * and how models differ on it, which does. The two are weighed apart, each as a deviation from the
 * models' means: a member that tells nothing gets weight 0, and useless features leave the means.
 */
export function stackOf(methods: readonly PredictorMethod[]): PredictorMethod<StackDocument> {
  return {
    id: 'stack',
    summary: `Weighs the forecasts of ${methods.map(({ id }) => id).join(', ')} by how they did out of fold`,
    source: 'Wolpert, "Stacked Generalization", 1992; Breiman, "Stacked Regressions", 1996',
    usesDomain: methods.some(({ usesDomain }) => usesDomain ?? false),
    members: methods.map(({ id }) => id),
    settings: settingsSchema,
    readsEmbeddings: methods.some(({ readsEmbeddings }) => readsEmbeddings ?? false),
    document: documentSchema,
    learn(data, { seed, settings }) {
      const { features } = settingsSchema.parse(settings);
      const view = viewOf(data, features);
      if ('leftOut' in view) return view;
      const optionsOf = (method: PredictorMethod) => memberOptions(method, seed, features);
      const members = methods.flatMap((method): Member[] => {
        const learned = learnOnce(method, data, optionsOf(method));
        return isLeftOut(learned) ? [] : [{ method, learned }];
      });
      if (members.length === 0) return { leftOut: 'none of its members can learn from this data' };
      const means = meansByModel(data).map(({ quality }) => written(quality));
      const equations = outOfFoldEquations(members, data, means, seed, optionsOf);
      const [prompt, model, cost] = [equations.prompt, equations.model, equations.cost].map((of) =>
        Array.from(nonNegativeLeastSquares(of), written),
      ) as [number[], number[], number[]];
      // A member that counts for nothing need not be asked, nor written down.
      const heard = members.flatMap((_, k) => (prompt[k]! + model[k]! + cost[k]! > 0 ? [k] : []));
      const kept = heard.length === 0 ? [0] : heard;
      return {
        means,
        members: kept.map((k) => ({ method: members[k]!.method.id, learned: members[k]!.learned })),
        prompt_weights: kept.map((k) => prompt[k]!),
        model_weights: kept.map((k) => model[k]!),
        cost_weights: kept.map((k) => cost[k]!),
      };
    },
    load(document, models) {
      const loaded = document.members.map(({ method: id, learned }, at) => {
        const known = methods.map((method) => method.id);
        checked(z.enum(known), id, `parameters.predictor.members[${at}].method`, 'Router "stack"');
        const method = methods.find((one) => one.id === id)!;
        const place = `parameters.predictor.members[${at}].learned`;
        return method.load(checked(method.document, learned, place, 'Router "stack"'), models);
      });
      return stackPredictor(document, loaded, models);
    },
  };
}

function stackPredictor(
  document: StackDocument,
  members: readonly Predictor[],
  models: number,
): Predictor {
  const count = members.length;
  const place = 'Router "stack"';
  checked(z.array(z.number()).length(models), document.means, 'predictor.means', place);
  for (const part of ['prompt_weights', 'model_weights', 'cost_weights'] as const) {
    checked(z.array(z.number()).length(count), document[part], `predictor.${part}`, place);
  }
  const signals = [...new Set(members.flatMap(({ needsSignals }) => needsSignals ?? []))];
  const strongest = document.model_weights.reduce(
    (best, weight, at) => (weight > document.model_weights[best]! ? at : best),
    0,
  );
  return {
    needsDomain: members.some(({ needsDomain }) => needsDomain ?? false),
    ...(signals.length === 0 ? {} : { needsSignals: signals }),
    forecast(features) {
      const quality = Float64Array.from(document.means);
      const cost = new Float64Array(models);
      members.forEach((member, k) => {
        const own = member.forecast(features);
        const shared = sharedDeviation(own.quality, document.means);
        const ofPrompt = document.prompt_weights[k]!;
        const ofModel = document.model_weights[k]!;
        const ofCost = document.cost_weights[k]!;
        for (let m = 0; m < models; m++) {
          const deviation = own.quality[m]! - document.means[m]!;
          quality[m]! += ofPrompt * shared + ofModel * (deviation - shared);
          cost[m]! += ofCost * own.cost[m]!;
        }
      });
      for (let m = 0; m < models; m++) quality[m] = Math.min(1, Math.max(0, quality[m]!));
      return { quality, cost };
    },
    explain: (features) =>
      `weighs ${count} forecasts, ${document.members[strongest]!.method} the most: ${members[strongest]!.explain(features)}`,
  };
}

/** How much easier than usual a prompt is said to be, averaged over models. */
function sharedDeviation(quality: Float64Array, means: readonly number[]): number {
  let total = 0;
  for (let m = 0; m < means.length; m++) total += quality[m]! - means[m]!;
  return total / means.length;
}

/** Least-squares sums over prompts forecast by members that never saw them or their near-duplicates. */
function outOfFoldEquations(
  members: readonly Member[],
  data: RouterData,
  means: readonly number[],
  seed: number,
  optionsOf: (method: PredictorMethod) => LearnOptions,
): Record<'prompt' | 'model' | 'cost', NormalEquations> {
  const models = data.models.length;
  const size = members.length;
  const equations = {
    prompt: new NormalEquations(size),
    model: new NormalEquations(size),
    cost: new NormalEquations(size),
  };
  const costUnit = mean(data.cost.filter((cost) => !Number.isNaN(cost))) || 1;
  const column = new Float64Array(size);
  let seen = 0;
  for (const part of heldOutParts(data, seed)) {
    if (seen >= ENOUGH_ROWS) break;
    const rows = part.rows.subarray(0, ENOUGH_ROWS - seen);
    seen += rows.length;
    const predictors = members.map(({ method, learned }) =>
      learnWithout(method, part, learned, optionsOf(method)),
    );
    for (const row of rows) {
      const score = data.score.subarray(row * models, (row + 1) * models);
      if (score.some(Number.isNaN)) continue;
      const forecasts = predictors.map((one) => one?.forecast(data.features[row]!) ?? null);
      const sharedOf = forecasts.map((one) => (one ? sharedDeviation(one.quality, means) : 0));
      const target = sharedDeviation(score, means);
      equations.prompt.add(Float64Array.from(sharedOf), target);
      for (let m = 0; m < models; m++) {
        forecasts.forEach((one, k) => {
          column[k] = one === null ? 0 : one.quality[m]! - means[m]! - sharedOf[k]!;
        });
        equations.model.add(column, score[m]! - means[m]! - target);
        const cost = data.cost[row * models + m]!;
        if (Number.isNaN(cost)) continue;
        forecasts.forEach((one, k) => {
          column[k] = one === null ? 0 : one.cost[m]! / costUnit;
        });
        equations.cost.add(column, cost / costUnit);
      }
    }
  }
  return equations;
}

/** Members that can rest on embeddings do where the stack is set to; their other settings are the default ones. */
function memberOptions(
  method: PredictorMethod,
  seed: number,
  features: FeatureKind | undefined,
): LearnOptions {
  const given = method.readsEmbeddings && features !== undefined ? { features } : {};
  return { seed, settings: checked(method.settings, given, 'settings', `Router "${method.id}"`) };
}
