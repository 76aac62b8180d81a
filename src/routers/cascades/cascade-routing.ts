import { z } from 'zod';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { costWeightAt, turningWeights } from '../cost-weight.js';
import { dialSettings } from '../dial.js';
import { innerFolds } from '../learned/inner-folds.js';
import { learnOnce } from '../learned/learn-once.js';
import type { PredictorMethod } from '../learned/predictor.js';
import { hullModels, meansByModel, nothingToChoose } from '../model-means.js';
import { checked, checkedParameters, dialLabel, policyId, written } from '../policy-document.js';
import type { FitOptions, Router, RouterData } from '../router.js';
import { selectRows } from '../router-data.js';
import { agreementSchema, type Opinion } from './agreement.js';
import { candidateModels, textsMissing } from './candidates.js';
import { rowsWithOpinion } from './cascade-chain.js';
import { checkSizes } from './cascade-policy.js';
import { cascadeRoutingPolicy, Knowledge } from './cascade-routing-policy.js';
import { heldOutForecasts } from './held-out-forecasts.js';
import { answersOf, answersWhere, evenly, learnAgreement } from './learn-agreement.js';
import { learnEstimates, MOST_FOLLOWED } from './learn-estimates.js';
import { learnVerifier } from './learn-verifier.js';
import { bitsOf, estimatesSchema, QualityEstimates, setsOf, sizeOf } from './quality-estimates.js';
import { Verifier, verifierSchema } from './verifier.js';

const settingsSchema = z.strictObject({
  /** Most models called for one request. Default 6. */
  max_models: z.int().min(1).max(6).default(6),
});

/** Parts of fit, each of whose moves are seen by what was learned of agreement on the others. */
const PARTS = 2;

const weighing = {
  cost_weight: z.number().min(0).max(1e12),
  cost_scale: z.number().positive(),
};

/**
 * Greedy cascade routing: before each call it weighs every set of models that contains those already
 * called, by the quality to be expected of the best of their answers less its cost times a weight,
 * calls the cheapest model of the best set, and stops where that set is what has been called.
 * Quality is expected by a predictor before a call (ex ante) and by a verifier's confidence, that
 * expectation, and agreement with the other answers after it (ex post). The best of several is
 * E[max] of normal variables whose covariances are those by which estimates moved, out of fold, on
 * fit. The weight of cost is the dial, spread by quantiles of the weights at which choices on tune
 * turn.
 * @param method foretells quality and cost by model
 */
export function cascadeRouting<Document>(method: PredictorMethod<Document>): Router {
  const place = 'Router "cascade-routing"';
  return {
    id: 'cascade-routing',
    summary: 'Chooses before each call which models are still worth calling, by what was answered',
    source: 'Dekoninck, Baader & Vechev, "A Unified Approach to Routing and Cascading", 2024',
    settings: settingsSchema,
    kin: 'verifier',
    ...(method.usesDomain === undefined ? {} : { usesDomain: method.usesDomain }),
    fit(fit, tune, options) {
      const settings = checked(settingsSchema, options.settings, 'settings', place);
      const means = meansByModel(fit);
      const reason = nothingToChoose(hullModels(means));
      if (reason !== null) return { leftOut: reason };
      const candidates = candidateModels(means);
      const untold = textsMissing(candidates, fit, tune);
      if (untold !== null) return { leftOut: untold };
      const predictorSettings = method.settings.parse({});
      const learned = learnOnce(method, fit, { seed: options.seed, settings: predictorSettings });
      if (isLeftOut(learned)) return learned;
      const most = Math.min(settings.max_models, candidates.length);
      const { verifier, agreement, estimates } = learnFrom(fit, candidates, most, options);
      const knowledge = new Knowledge(
        method.load(learned, fit.models.length),
        candidates,
        new QualityEstimates(agreement, estimates),
        (features, model, text) => verifier.read(features, model, text),
      );
      const costScale = written(Math.max(...candidates.map((index) => means[index]!.cost)));
      const turning = turningWeights(outlooksOn(tune, candidates, knowledge), costScale);
      return dialSettings(options.dials).map((dial) => {
        const costWeight = costWeightAt(dial, turning);
        const document = {
          router: 'cascade-routing',
          dial: dialLabel(dial),
          models: candidates.map((index) => fit.models[index]!),
          parameters: {
            cost_weight: costWeight,
            cost_scale: costScale,
            max_models: most,
            predictor: { models: fit.models.length, positions: candidates, learned },
            verifier: verifier.document,
            agreement,
            estimates,
          },
        };
        return cascadeRoutingPolicy(document, knowledge, costWeight / costScale);
      });
    },
    fromDocument: (document) => fromDocument(method, document),
  };

  /** All that is learned from answers; the rows are those that the verifier was learned from. */
  function learnFrom(
    fit: RouterData,
    candidates: readonly number[],
    most: number,
    { seed }: FitOptions,
  ) {
    const { verifier, outOfFold } = learnVerifier(fit, candidates, seed);
    const rows = rowsWithOpinion(outOfFold, candidates.length);
    const prior = heldOutForecasts(method, fit, rows, candidates, seed);
    const confidence = Float64Array.from(prior, (_, cell) => {
      const at = Math.floor(cell / candidates.length);
      return outOfFold[rows[at]! * candidates.length + (cell % candidates.length)]!;
    });
    const known = selectRows(fit, rows);
    const answers = answersOf(known, candidates, confidence, prior);
    const agreement = learnAgreement(answers, seed);
    const part = innerFolds(known.groups, PARTS, seed);
    const agreements = Array.from({ length: PARTS }, (_, held) =>
      learnAgreement(
        answersWhere(answers, (row) => part[row] !== held),
        seed,
      ),
    );
    const followed = evenly(rows.length, MOST_FOLLOWED);
    const estimates = learnEstimates(
      answersWhere(answers, followed),
      agreements,
      part.filter((_, row) => followed(row)),
      most,
    );
    return { verifier, agreement, estimates };
  }
}

/** What is in prospect before any call and after each call from cheap to dear, for some prompts. */
function outlooksOn(data: RouterData, candidates: readonly number[], knowledge: Knowledge) {
  const followed = evenly(data.features.length, MOST_FOLLOWED);
  return data.features.flatMap((features, row) => {
    if (!followed(row)) return [];
    const outlooks = [knowledge.outlook(features, 0, 0, [])];
    const opinions: Opinion[] = [];
    let called = 0;
    candidates.forEach((index, model) => {
      const text = data.text[row * data.models.length + index] ?? null;
      if (text === null) return;
      opinions.push({ model, ...knowledge.read(features, model, text) });
      called |= 1 << model;
      outlooks.push(knowledge.outlook(features, called, 0, opinions));
    });
    return outlooks.map(({ worth, cost }) => ({ quality: worth, cost }));
  });
}

/** @throws UserError quoting the path in the document that is wrong */
function fromDocument<Document>(
  method: PredictorMethod<Document>,
  document: PolicyDocument,
): Policy {
  const count = document.models.length;
  const schema = z.strictObject({
    ...weighing,
    max_models: z.int().min(1).max(8),
    predictor: z.strictObject({
      models: z.int().min(1).max(1000),
      positions: z.array(z.int().min(0).max(999)).length(count),
      learned: method.document,
    }),
    verifier: verifierSchema,
    agreement: agreementSchema,
    estimates: estimatesSchema,
  });
  const parameters = checkedParameters(schema, document);
  const { verifier, agreement, estimates } = parameters;
  checkSizes(document, verifier, agreement);
  const predictor = parameters.predictor as {
    models: number;
    positions: number[];
    learned: Document;
  };
  const beyond = predictor.positions.find((position) => position >= predictor.models);
  if (beyond !== undefined) {
    throw new UserError(
      `Policy "${policyId(document)}": \`parameters.predictor.positions\`: expected numbers below ${predictor.models}, got ${beyond}`,
    );
  }
  checkEstimates(document, estimates, parameters.max_models);
  const learned = new Verifier(verifier);
  const knowledge = new Knowledge(
    method.load(predictor.learned, predictor.models),
    predictor.positions,
    new QualityEstimates(agreement, estimates),
    (features, model, text) => learned.read(features, model, text),
  );
  return cascadeRoutingPolicy(document, knowledge, parameters.cost_weight / parameters.cost_scale);
}

/**
 * Whether every set that may be called, and every larger one, has its estimates.
 * @throws UserError quoting the path in the document that is wrong
 */
function checkEstimates(
  document: PolicyDocument,
  { carry, moves }: z.output<typeof estimatesSchema>,
  most: number,
): void {
  const models = document.models.length;
  const wrong = (path: string, expected: string, got: unknown): UserError =>
    new UserError(
      `Policy "${policyId(document)}": \`parameters.estimates.${path}\`: expected ${expected}, got ${JSON.stringify(got)}`,
    );
  const sets = setsOf(models, most);
  const carried = new Set(carry.map(({ called }) => bitsOf(called)));
  const lacking = sets.filter((bits) => sizeOf(bits) < most && !carried.has(bits)).length;
  if (lacking > 0)
    throw wrong('carry', `an entry for each set of models, ${lacking} more`, carry.length);
  carry.forEach(({ called, weights }, at) => {
    const whole = weights.every((row) => row.length === called.length);
    if (!whole || weights.length !== models - called.length) {
      throw wrong(
        `carry[${at}].weights`,
        `${models - called.length} × ${called.length} numbers`,
        weights,
      );
    }
  });
  moves.forEach(({ wanted, covariance }, at) => {
    const expected = wanted.length === 1 ? 0 : wanted.length ** 2;
    if (covariance.length !== expected || wanted.some((model) => model >= models)) {
      throw wrong(`moves[${at}]`, `${expected} numbers for ${wanted.length} models`, wanted);
    }
  });
}

function isLeftOut(learned: unknown): learned is { readonly leftOut: string } {
  return typeof learned === 'object' && learned !== null && 'leftOut' in learned;
}
