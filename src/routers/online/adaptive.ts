import { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { createRng, quantileSorted, type Rng, sortedNumbers } from '../../statistics/index.js';
import { UserError } from '../../user-error.js';
import { dialSettings } from '../dial.js';
import { checked, checkedParameters, dialLabel, policyId, written } from '../policy-document.js';
import type { FitOptions, Router, RouterData } from '../router.js';
import { singleCallPolicy } from '../single-call-policy.js';
import {
  type AdaptiveState,
  adaptiveStateSchema,
  type Expected,
  emptyState,
  expectations,
  observe,
  writtenState,
} from './adaptive-state.js';
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
  state: adaptiveStateSchema,
});
type Parameters = z.output<typeof parametersSchema>;

/** Exploration falls as this many rounds of all models over the arrivals so far (ε-greedy of Auer et al.). */
const ROUNDS_OF_TRIAL = 20;

/** Highest quality_weight · quality − cost_weight · cost; of equals the cheaper, then the earlier. */
function greediest(expected: readonly Expected[], costWeight: number): number {
  const value = ({ quality, cost }: Expected): number =>
    (1 - costWeight) * quality - costWeight * cost;
  return expected.reduce((best, one, model) => {
    const gain = value(one) - value(expected[best]!);
    return gain > 0 || (gain === 0 && one.cost < expected[best]!.cost) ? model : best;
  }, 0);
}

interface Draw {
  readonly model: number;
  readonly propensity: number;
  readonly explored: boolean;
}

function drawModel(greedy: number, models: number, exploration: number, rng: Rng): Draw {
  if (exploration === 0) return { model: greedy, propensity: 1, explored: false };
  const explored = rng.next() < exploration;
  const model = explored ? rng.below(models) : greedy;
  const propensity = exploration / models + (model === greedy ? 1 - exploration : 0);
  return { model, propensity, explored };
}

function adaptivePolicy(document: PolicyDocument, parameters: Parameters): Policy {
  const { quality_weight, cost_weight, exploration } = parameters;
  const relativeWeight = cost_weight / (quality_weight + cost_weight);
  /** The state is only ever the policy's own, or one that `learn` made of it. */
  const stateOf = (learned: unknown): AdaptiveState =>
    learned === null ? parameters.state : (learned as AdaptiveState);
  const fittedExpectations = new Map<string, { readonly expected: Expected[]; greedy: number }>();
  const lookUp = (state: AdaptiveState, kind: string) => {
    const known = state === parameters.state ? fittedExpectations.get(kind) : undefined;
    if (known !== undefined) return known;
    const expected = expectations(state, kind);
    const found = { expected, greedy: greediest(expected, relativeWeight) };
    if (state === parameters.state) fittedExpectations.set(kind, found);
    return found;
  };
  return singleCallPolicy(
    document,
    (features, rng, learned) => {
      const kind = promptKind(features);
      const { expected, greedy } = lookUp(stateOf(learned), kind);
      const draw = drawModel(greedy, document.models.length, exploration, rng);
      return {
        model: draw.model,
        propensity: draw.propensity,
        explain: () => [
          draw.explored
            ? `explores: drawn from ${document.models.length} models`
            : `best weighed value for prompts that look like ${kind}`,
          `expects quality ${expected[draw.model]!.quality.toFixed(3)} at ${(100 * expected[draw.model]!.cost).toFixed(1)} % of the dearest model's cost`,
          `weighs quality ${quality_weight}, cost ${cost_weight}`,
        ],
      };
    },
    {
      initialState: () => parameters.state,
      learn: (learned, { features, model, score, cost }) =>
        observe(stateOf(learned), promptKind(features), model, score, cost),
    },
  );
}

/** Learns from arrivals in a seeded order: each time of the model chosen, and of no other. */
function learnFromArrivals(fit: RouterData, exploration: number, seed: number): AdaptiveState {
  const rng = createRng(seed, 'adaptive-arrivals');
  const models = fit.models.length;
  const order = fit.features.map((_, row) => row);
  for (let at = order.length - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  let state = emptyState(models);
  order.forEach((row, arrival) => {
    const kind = promptKind(fit.features[row]!);
    const trial = Math.min(1, (ROUNDS_OF_TRIAL * models) / (arrival + 1));
    const greedy = greediest(expectations(state, kind), rng.next());
    const { model } = drawModel(greedy, models, Math.max(exploration, trial), rng);
    const cell = row * models + model;
    state = observe(state, kind, model, fit.score[cell]!, fit.cost[cell]!);
  });
  return writtenState(state);
}

/** Cost weights at which the choice for some prompt of `tune` turns, one a prompt and turn, sorted. */
function turningWeights(state: AdaptiveState, tune: readonly Features[]): Float64Array {
  const byKind = new Map<string, number[]>();
  const turnsOf = (kind: string): number[] => {
    const expected = expectations(state, kind);
    return expected.flatMap((dear) =>
      expected.flatMap((cheap) => {
        const gain = dear.quality - cheap.quality;
        const price = dear.cost - cheap.cost;
        return gain > 0 && price > 0 ? [gain / (gain + price)] : [];
      }),
    );
  };
  return sortedNumbers(
    tune.flatMap((features) => {
      const kind = promptKind(features);
      const known = byKind.get(kind) ?? turnsOf(kind);
      byKind.set(kind, known);
      return known;
    }),
  );
}

/** From all weight on cost (dial 0) to none (dial 1), by quantiles of the turning weights between. */
function costWeightAt(dial: number, turning: Float64Array): number {
  if (dial === 0) return 1;
  return dial === 1 || turning.length === 0 ? 0 : quantileSorted(turning, 1 - dial);
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
    const turning = turningWeights(state, tune.features);
    const documents = dialSettings(options.dials).map((dial) => {
      const costWeight = written(costWeightAt(dial, turning));
      const parameters = {
        quality_weight: written(1 - costWeight),
        cost_weight: costWeight,
        exploration: settings.serving_exploration,
        state,
      };
      return { router: 'adaptive', dial: dialLabel(dial), models: fit.models, parameters };
    });
    return documents.map((document) => adaptivePolicy(document, document.parameters));
  }

  fromDocument(document: PolicyDocument): Policy {
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
    return adaptivePolicy(document, parameters);
  }
}
