import { z } from 'zod';
import { createRng, shuffledIndices } from '../../statistics/index.js';
import { COST_ALONE, costWeightAt, turningWeights } from '../cost-weight.js';
import { dialSettings } from '../dial.js';
import { checked, checkedParameters, dialLabel, written } from '../policy-document.js';
import type { Router, RouterData } from '../router.js';
import { restingPacer } from './budget-pacer.js';
import { coldLabel } from './cold-label.js';
import { contextOf } from './context.js';
import { choose, type Exploring } from './linear-choice.js';
import { expectedCosts, expectedOf, fixedExpectations } from './linear-expectations.js';
import { linearParametersSchema, linearPolicy } from './linear-policy.js';
import {
  emptyState,
  type Learning,
  type LinearState,
  learned,
  readState,
  writtenState,
} from './linear-state.js';

/** Which linear bandit, and how widely it explores unless told otherwise. */
export interface LinearBandit {
  readonly id: string;
  readonly summary: string;
  readonly source: string;
  readonly exploring: Exploring;
  readonly exploration: number;
}

const deviations = z.number().min(0).max(100);

/** What an experiment file may say under a linear bandit. */
const settingsOf = (exploration: number) =>
  z.strictObject({
    /** Deviations of the expected quality to explore by while learning. */
    exploration: deviations.default(exploration),
    /** The same while serving. 0 leaves a fitted policy without chance. */
    serving_exploration: deviations.default(0),
    /** Share of what is known that still counts one request later; 1 forgets nothing. */
    discount: z.number().min(0.9).max(1).default(0.9998),
    /** How strongly expected quality is drawn to 0 before the first calls. */
    ridge: z.number().positive().max(1000).default(0.3),
    /** Mean cost a request to hold while serving and learning, in the comparison's cost basis. */
    budget: z.number().positive().optional(),
  });
type Settings = z.output<ReturnType<typeof settingsOf>>;

/**
 * A contextual bandit, linear in a short dense vector of the request. On fit it sees prompts in a
 * seeded order of arrival, once, and learns only of the call it made, at cost weights drawn anew for
 * each arrival so that all of the frontier is visited; what the fit part costs is not held to the
 * budget. The policies returned are frozen at what was learned and, unless told otherwise, explore no
 * more; `learn` goes on from there while serving, and only then does the pacer move.
 */
export function linearBanditRouter(bandit: LinearBandit): Router {
  const { id, exploring } = bandit;
  const settingsSchema = settingsOf(bandit.exploration);
  const read = (settings: unknown): Settings =>
    checked(settingsSchema, settings, 'settings', `Router "${id}"`);
  const policyAt = (
    dial: string,
    models: readonly string[],
    state: LinearState,
    more: {
      readonly cost_weight: number;
      readonly cost_scale: number;
      readonly exploration: number;
    },
    { discount, ridge, budget }: Settings,
    packed = writtenState(state),
  ) => {
    const learning = { discount, ridge, ...(budget === undefined ? {} : { budget }) };
    const parameters = { ...more, ...learning, state: packed };
    return linearPolicy({ router: id, dial, models, parameters }, exploring, parameters, state);
  };
  return {
    id,
    summary: bandit.summary,
    source: bandit.source,
    settings: settingsSchema,
    fit(fit, tune, options) {
      const settings = read(options.settings);
      if (fit.models.length < 2) return { leftOut: 'there is one model only' };
      const met = learnFromArrivals(fit, exploring, settings, options.seed);
      if (met.arms.every(({ costs }) => costs === 0)) {
        return { leftOut: 'no cost is known on the part it would learn from' };
      }
      if (met.arms.every(({ scores }) => scores === 0)) {
        return { leftOut: 'no score is known on the part it would learn from' };
      }
      const packed = writtenState(met);
      const first = { router: id, dial: '', models: fit.models, parameters: {} };
      const state = readState(packed, first);
      const expected = fixedExpectations(state);
      const costScale = written(Math.max(...expectedCosts(state))) || 1;
      const turning = turningWeights(
        tune.features.map((features) => expected(contextOf(features))),
        costScale,
      );
      return dialSettings(options.dials).map((dial) => {
        const more = {
          cost_weight: costWeightAt(dial, turning),
          cost_scale: costScale,
          exploration: settings.serving_exploration,
        };
        return policyAt(dialLabel(dial), fit.models, state, more, settings, packed);
      });
    },
    cold(models, options) {
      const settings = read(options.settings);
      const more = {
        cost_weight: written(options.costWeight),
        cost_scale: written(options.costScale),
        exploration: settings.exploration,
      };
      const state = emptyState(models.length, settings);
      return policyAt(coldLabel(options), models, state, more, settings);
    },
    fromDocument(document) {
      return linearPolicy(document, exploring, checkedParameters(linearParametersSchema, document));
    },
  };
}

/** Learns from arrivals in a seeded order: each time of the model chosen, and of no other. */
function learnFromArrivals(
  fit: RouterData,
  exploring: Exploring,
  settings: Settings,
  seed: number,
): LinearState {
  const rng = createRng(seed, 'linear-arrivals', exploring);
  const { exploration, discount, ridge, budget } = settings;
  const learning: Learning = { discount, ridge };
  const models = fit.models.length;
  let state = emptyState(models, learning);
  for (const row of shuffledIndices(fit.features.length, rng)) {
    const features = fit.features[row]!;
    const costShare = rng.next();
    const choosing = {
      exploring,
      exploration,
      discount,
      costWeight: Math.min(COST_ALONE, costShare / (1 - costShare)),
      costScale: Math.max(...state.arms.map(({ cost }) => cost)) || 1,
    };
    const context = contextOf(features);
    const { model } = choose(state, expectedOf(state, context), context, choosing, rng);
    const cell = row * models + model;
    const outcome = { features, model, score: fit.score[cell]!, cost: fit.cost[cell]! };
    state = learned(state, outcome, learning);
  }
  return budget === undefined ? state : { ...state, pacer: restingPacer(budget) };
}
