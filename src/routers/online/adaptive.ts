import { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { createRng, type Rng, shuffledIndices } from '../../statistics/index.js';
import { UserError } from '../../user-error.js';
import { bestValue, COST_ALONE, costWeightAt, turningWeights } from '../cost-weight.js';
import { dialSettings } from '../dial.js';
import {
  checked,
  checkedParameters,
  dialLabel,
  policyId,
  servedLabel,
  written,
} from '../policy-document.js';
import type { ColdOptions, FitOptions, Router, RouterData } from '../router.js';
import { singleCallPolicy } from '../single-call-policy.js';
import {
  type AdaptiveState,
  adaptiveStateSchema,
  dearestCost,
  type Expected,
  emptyState,
  expectations,
  observe,
  scoresSeen,
  writtenState,
} from './adaptive-state.js';
import { coldLabel } from './cold-label.js';
import { promptKind } from './prompt-kind.js';

const share = z.number().min(0).max(1);

/** What an experiment file may say under `adaptive`. */
const settingsSchema = z.strictObject({
  /** Share of requests that go to any model while learning on fit, once every model is known. */
  exploration: share.default(0.1),
  /** The same while serving. 0 leaves a fitted policy without chance. */
  serving_exploration: share.default(0),
});

const parametersSchema = z.strictObject({
  quality_weight: share,
  cost_weight: share,
  exploration: share,
  /** Explores more while little is known: `trial_rounds` rounds of all models over the scores seen. */
  trial_rounds: z.number().min(0).max(1000).optional(),
  state: adaptiveStateSchema,
});
type Parameters = z.output<typeof parametersSchema>;

/** Exploration falls as this many rounds of all models over the scores so far (ε-greedy of Auer et al.). */
const ROUNDS_OF_TRIAL = 20;

const explorationAfter = (state: AdaptiveState, least: number, rounds: number): number =>
  Math.max(least, Math.min(1, (rounds * state.overall.length) / (scoresSeen(state) + 1)));

/** Quality given up for the dearest model's mean cost, of weights that add up to 1. */
const costWeightOf = (share: number): number =>
  Math.min(COST_ALONE, share / Math.max(1 - share, 1 / COST_ALONE));

/** The model of the highest quality less weighed cost. */
function greediest(expected: Expected, dearest: number, costShare: number): number {
  return bestValue(expected, dearest === 0 ? 0 : costWeightOf(costShare) / dearest);
}

interface Draw {
  readonly model: number;
  readonly explored: boolean;
}

function drawModel(greedy: number, models: number, exploration: number, rng: Rng): Draw {
  const explored = exploration > 0 && rng.next() < exploration;
  return { model: explored ? rng.below(models) : greedy, explored };
}

/** Of each model, where a share of the draws is among all and the rest goes to the greediest. */
const drawProbabilities = (
  greedy: number,
  models: readonly string[],
  exploration: number,
): readonly number[] =>
  models.map((_, model) => exploration / models.length + (model === greedy ? 1 - exploration : 0));

function adaptivePolicy(document: PolicyDocument, parameters: Parameters): Policy {
  const { quality_weight, cost_weight, exploration, trial_rounds = 0 } = parameters;
  const relativeWeight = cost_weight / (quality_weight + cost_weight);
  /** The state is only ever the policy's own, or one that `learn` made of it. */
  const stateOf = (learned: unknown): AdaptiveState =>
    learned === null ? parameters.state : (learned as AdaptiveState);
  const considered = (state: AdaptiveState, kind: string) => {
    const expected = expectations(state, kind);
    const dearest = dearestCost(state);
    const chance = explorationAfter(state, exploration, trial_rounds);
    const greedy = greediest(expected, dearest, relativeWeight);
    const probabilities = drawProbabilities(greedy, document.models, chance);
    return { expected, dearest, chance, greedy, probabilities };
  };
  const fitted = new Map<string, ReturnType<typeof considered>>();
  const lookUp = (state: AdaptiveState, kind: string) => {
    if (state !== parameters.state) return considered(state, kind);
    const known = fitted.get(kind) ?? considered(state, kind);
    fitted.set(kind, known);
    return known;
  };
  const policy = singleCallPolicy(
    document,
    (features, rng, learned) => {
      const kind = promptKind(features);
      const considering = lookUp(stateOf(learned), kind);
      const { expected, dearest, chance, greedy, probabilities } = considering;
      const { model, explored } = drawModel(greedy, document.models.length, chance, rng);
      return {
        model,
        propensity: probabilities[model]!,
        probabilities,
        explain: () => [
          explored
            ? `explores: drawn from ${document.models.length} models`
            : `best weighed value for prompts that look like ${kind}`,
          `expects quality ${expected.quality[model]!.toFixed(3)} at ${((100 * expected.cost[model]!) / (dearest || 1)).toFixed(1)} % of the dearest model's cost`,
          `weighs quality ${quality_weight}, cost ${cost_weight}`,
        ],
      };
    },
    {
      initialState: () => parameters.state,
      learn: (learned, { features, model, score, cost }) =>
        observe(stateOf(learned), promptKind(features), model, score, cost),
      experience: (learned) =>
        stateOf(learned).overall.map(({ scores, quality, costs, cost }) => ({
          scores,
          quality: scores === 0 ? null : quality,
          cost: costs === 0 ? null : cost,
        })),
    },
  );
  const explores = explorationAfter(parameters.state, exploration, trial_rounds) > 0;
  return {
    ...policy,
    ...(explores
      ? {}
      : {
          choose: (features: Features) => lookUp(parameters.state, promptKind(features)).greedy,
        }),
    forecast: (features) => lookUp(parameters.state, promptKind(features)).expected,
  };
}

/** All settings of the dial, by the weights at which choices for these requests turn. */
function spread(
  models: readonly string[],
  kept: Omit<Parameters, 'quality_weight' | 'cost_weight'>,
  requests: readonly Features[],
  { dials, label }: { readonly dials: number; readonly label: (dial: number) => string },
): readonly Policy[] {
  const { state } = kept;
  const turning = turningWeights(
    requests.map((features) => expectations(state, promptKind(features))),
    dearestCost(state) || 1,
  );
  return dialSettings(dials).map((dial) => {
    const weight = costWeightAt(dial, turning);
    const costWeight = weight === COST_ALONE ? 1 : written(weight / (1 + weight));
    const weights = { quality_weight: written(1 - costWeight), cost_weight: costWeight };
    const parameters = { ...weights, ...kept };
    return adaptivePolicy(
      { router: 'adaptive', dial: label(dial), models, parameters },
      parameters,
    );
  });
}

/** Learns from arrivals in a seeded order: each time of the model chosen, and of no other. */
function learnFromArrivals(fit: RouterData, exploration: number, seed: number): AdaptiveState {
  const rng = createRng(seed, 'adaptive-arrivals');
  const models = fit.models.length;
  let state = emptyState(models);
  for (const row of shuffledIndices(fit.features.length, rng)) {
    const kind = promptKind(fit.features[row]!);
    const greedy = greediest(expectations(state, kind), dearestCost(state), rng.next());
    const chance = explorationAfter(state, exploration, ROUNDS_OF_TRIAL);
    const { model } = drawModel(greedy, models, chance, rng);
    const cell = row * models + model;
    state = observe(state, kind, model, fit.score[cell]!, fit.cost[cell]!);
  }
  return writtenState(state);
}

/**
 * Learns from feedback what each model is worth on each kind of prompt, weighing quality against
 * cost. On fit it sees prompts in a seeded order of arrival and learns only of the call it made, at
 * cost weights drawn anew for each arrival so that all of the frontier is visited. The policies
 * returned are frozen at what was learned; `learn` goes on from there while serving. The dial moves the
 * cost weight, whose complement is the quality weight.
 */
export class AdaptiveRouter implements Router {
  readonly id = 'adaptive';
  readonly settings = settingsSchema;
  readonly summary = 'Learns from feedback the quality and cost of each model by kind of prompt';
  readonly source =
    'ε-greedy with falling exploration: Auer, Cesa-Bianchi & Fischer, "Finite-time Analysis of the Multiarmed Bandit Problem", 2002';

  fit(
    fit: RouterData,
    tune: RouterData,
    options: FitOptions,
  ): readonly Policy[] | { readonly leftOut: string } {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "adaptive"');
    if (fit.models.length < 2) return { leftOut: 'there is one model only' };
    const state = learnFromArrivals(fit, settings.exploration, options.seed);
    if (state.overall.every(({ costs }) => costs === 0)) {
      return { leftOut: 'no cost is known on the part it would learn from' };
    }
    const dialling = { dials: options.dials, label: dialLabel };
    const { serving_exploration: exploration } = settings;
    return spread(fit.models, { exploration, state }, tune.features, dialling);
  }

  redial(
    document: PolicyDocument,
    requests: readonly Features[],
    dials: number,
  ): readonly Policy[] {
    const { quality_weight, cost_weight, ...kept } = readParameters(document);
    return spread(document.models, kept, requests, { dials, label: servedLabel });
  }

  cold(models: readonly string[], options: ColdOptions): Policy {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "adaptive"');
    const costWeight = written(options.costWeight / (1 + options.costWeight));
    const parameters = {
      quality_weight: written(1 - costWeight),
      cost_weight: costWeight,
      exploration: settings.exploration,
      trial_rounds: ROUNDS_OF_TRIAL,
      state: emptyState(models.length),
    };
    const document = { router: 'adaptive', dial: coldLabel(options), models, parameters };
    return adaptivePolicy(document, parameters);
  }

  fromDocument(document: PolicyDocument): Policy {
    return adaptivePolicy(document, readParameters(document));
  }
}

function readParameters(document: PolicyDocument): Parameters {
  const parameters = checkedParameters(parametersSchema, document);
  const place = `Policy "${policyId(document)}"`;
  const models = document.models.length;
  const { overall, kinds } = parameters.state;
  const odd = [{ kind: 'overall', models: overall }, ...kinds].find(
    (entry) => entry.models.length !== models,
  );
  if (odd !== undefined) {
    throw new UserError(
      `${place}: \`parameters.state\`: expected ${models} estimates for ${JSON.stringify(odd.kind)}, got ${odd.models.length}`,
    );
  }
  if (parameters.quality_weight + parameters.cost_weight === 0) {
    throw new UserError(
      `${place}: \`parameters.quality_weight\`: expected it or \`cost_weight\` to be above 0, got 0`,
    );
  }
  return parameters;
}
