import { z } from 'zod';
import { written } from '../policy-document.js';

const estimateSchema = z.strictObject({
  scores: z.number().min(0),
  quality: z.number().min(0).max(1),
  costs: z.number().min(0),
  cost: z.number(),
});

/** What was seen of one model so far: how often it was scored and costed, and the means. */
export type Estimate = z.output<typeof estimateSchema>;

const estimatesSchema = z.array(estimateSchema).max(1000);

export const adaptiveStateSchema = z.strictObject({
  version: z.literal(1),
  /** Over all kinds of prompt, one a model. */
  overall: estimatesSchema,
  kinds: z
    .array(z.strictObject({ kind: z.string().min(1).max(100), models: estimatesSchema }))
    .max(1000),
});

/** A learning policy's state: running means by kind of prompt and model. Plain data. */
export type AdaptiveState = z.output<typeof adaptiveStateSchema>;

/** How many observations of all kinds weigh as much as one kind's own (an empirical-Bayes prior). */
const PRIOR_STRENGTH = 10;
/** What a model never seen is thought to score: tried early, dropped soon. */
const UNSEEN_QUALITY = 0.5;

const UNSEEN: Estimate = { scores: 0, quality: UNSEEN_QUALITY, costs: 0, cost: 0 };

export const emptyState = (models: number): AdaptiveState => ({
  version: 1,
  overall: Array.from({ length: models }, () => UNSEEN),
  kinds: [],
});

const updated = (estimate: Estimate, score: number, cost: number): Estimate => {
  const scores = estimate.scores + (Number.isNaN(score) ? 0 : 1);
  const costs = estimate.costs + (Number.isNaN(cost) ? 0 : 1);
  const step = (before: number, count: number, value: number): number =>
    count === 1 ? value : before + (value - before) / count;
  return {
    scores,
    quality: Number.isNaN(score) ? estimate.quality : step(estimate.quality, scores, score),
    costs,
    cost: Number.isNaN(cost) ? estimate.cost : step(estimate.cost, costs, cost),
  };
};

/** The state after one more observation; NaN is no observation. The one before stays as it was. */
export function observe(
  state: AdaptiveState,
  kind: string,
  model: number,
  score: number,
  cost: number,
): AdaptiveState {
  const update = (estimates: readonly Estimate[]): Estimate[] =>
    estimates.with(model, updated(estimates[model]!, score, cost));
  const known = state.kinds.findIndex((one) => one.kind === kind);
  const before = state.kinds[known]?.models ?? state.overall.map(() => UNSEEN);
  const entry = { kind, models: update(before) };
  return {
    version: 1,
    overall: update(state.overall),
    kinds: known === -1 ? [...state.kinds, entry] : state.kinds.with(known, entry),
  };
}

/** What each model is expected to give. Arrays by model. */
export interface Expected {
  /** In [0, 1]. */
  readonly quality: Float64Array;
  /** In the cost basis; 0 where none was seen. */
  readonly cost: Float64Array;
}

const shrunk = (count: number, value: number, towards: number): number =>
  (count * value + PRIOR_STRENGTH * towards) / (count + PRIOR_STRENGTH);

/**
 * What each model is expected to give on a kind of prompt: the kind's own means, drawn towards the
 * means over all kinds while there are few (hierarchical shrinkage).
 */
export function expectations(state: AdaptiveState, kind: string): Expected {
  const own = state.kinds.find((one) => one.kind === kind)?.models;
  const quality = new Float64Array(state.overall.length);
  const cost = new Float64Array(state.overall.length);
  for (let model = 0; model < quality.length; model++) {
    const overall = state.overall[model]!;
    const estimate = own?.[model] ?? UNSEEN;
    const prior = shrunk(overall.scores, overall.quality, UNSEEN_QUALITY);
    quality[model] = shrunk(estimate.scores, estimate.quality, prior);
    cost[model] = shrunk(estimate.costs, estimate.cost, overall.cost);
  }
  return { quality, cost };
}

/** Mean cost of the dearest model over all kinds; 0 where no cost was seen. */
export const dearestCost = (state: AdaptiveState): number =>
  Math.max(0, ...state.overall.map(({ cost }) => cost));

/** How many scores have been learned from. */
export const scoresSeen = (state: AdaptiveState): number =>
  state.overall.reduce((total, { scores }) => total + scores, 0);

/** The state with its numbers as a document holds them. */
export function writtenState(state: AdaptiveState): AdaptiveState {
  const round = (estimates: readonly Estimate[]): Estimate[] =>
    estimates.map((estimate) => ({
      ...estimate,
      quality: written(estimate.quality),
      cost: written(estimate.cost),
    }));
  return {
    version: 1,
    overall: round(state.overall),
    kinds: state.kinds
      .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
      .map(({ kind, models }) => ({ kind, models: round(models) })),
  };
}
