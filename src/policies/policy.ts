import type { Features } from '../features/index.js';
import type { Rng } from '../statistics/index.js';

/** One answer seen so far in an episode. */
export interface SeenCall {
  /** Index into the policy's `models`. */
  readonly model: number;
  /** Null where the call failed or no text is stored. */
  readonly text: string | null;
  readonly failed: boolean;
  /** The verifier's opinion in [0, 1]; null until consulted. */
  readonly confidence: number | null;
}

/** What happened so far with this request, and what the policy has learned so far, if it learns. */
export interface EpisodeState {
  readonly calls: readonly SeenCall[];
  /** A learning policy's state: plain data, versioned with it. Null for a fixed policy. */
  readonly learned: unknown;
}

/** Call a model, consult the verifier on the last answer, or stop with an answer already seen. */
export type Step =
  | { readonly kind: 'call'; readonly model: number }
  | { readonly kind: 'consult' }
  | { readonly kind: 'stop' /** Index into `calls`. */; readonly answer: number };

export interface Decision {
  readonly step: Step;
  /** Probability with which this step was drawn; 1 for a deterministic policy. */
  readonly propensity: number;
  /**
   * With what probability each of the policy's models would have been called at this step; they add
   * up to 1. Absent where the step is no call or the policy does not tell. May be worked out when read.
   */
  readonly probabilities?: readonly number[] | undefined;
  /** One short clause each, for a person. Built only when asked for. */
  readonly reasons: readonly string[];
}

export interface Feedback {
  readonly features: Features;
  readonly model: number;
  /** In [0, 1]. */
  readonly score: number;
  /** In the run's cost basis. */
  readonly cost: number;
}

/** What a learning policy has seen of one of its models. */
export interface Experience {
  /** Scores learned from; may be discounted. */
  readonly scores: number;
  /** Over all requests, in [0, 1]; null where it hangs on the request, or nothing was seen. */
  readonly quality: number | null;
  /** Mean, in the cost basis; null where nothing was seen. */
  readonly cost: number | null;
}

/** What a policy needs from whoever runs it, checked before the first request. */
export interface PolicyNeeds {
  /** Requests must declare their domain. */
  readonly domain: boolean;
  /** Answer texts must be visible (a verifier reads them). */
  readonly answers: boolean;
  /** Ids of the signals that every request must carry; whoever runs the policy obtains and pays them. */
  readonly signals?: readonly string[];
}

/** What each of a policy's models is expected to give on one request. Arrays by model. */
export interface Forecast {
  /** In [0, 1]. */
  readonly quality: Float64Array;
  /** In the cost basis of what it was learned from. */
  readonly cost: Float64Array;
}

/** One serialisable decision procedure: a router at one setting of its dial. Pure. */
export interface Policy {
  /** `router@dial`. */
  readonly id: string;
  readonly router: string;
  readonly dial: string;
  /** `provider/name`; steps speak in indices of this list. */
  readonly models: readonly string[];
  readonly needs: PolicyNeeds;
  decide(state: EpisodeState, features: Features, rng: Rng): Decision;
  /**
   * The model that `decide` calls, as an index, before any feedback. Present where the policy calls
   * one model, keeps its answer, and draws no lots: it can then be replayed without episodes.
   */
  choose?(features: Features): number;
  /** The verifier's opinion of an answer, in [0, 1]. Present where `decide` can consult. */
  verify?(features: Features, model: number, text: string): number;
  /** What it expects before any call. Present where it predicts; checked against what came out. */
  forecast?(features: Features): Forecast;
  /** State before any feedback, and after one. Present where the policy learns. */
  initialState?(): unknown;
  learn?(learned: unknown, feedback: Feedback): unknown;
  /** What a state says of each model. Present where the policy learns and tells. */
  experience?(learned: unknown): readonly Experience[];
  /** Plain data from which the registry rebuilds a policy that decides identically. */
  toDocument(): PolicyDocument;
}

/** A policy written down. `parameters` belong to the router named. */
export interface PolicyDocument {
  readonly router: string;
  readonly dial: string;
  readonly models: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}
