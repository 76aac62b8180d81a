import { extractFeatures, type Features, type RoutingRequest } from '../features/index.js';
import type { Rng } from '../statistics/index.js';
import { UserError } from '../user-error.js';
import { Episode } from './episode.js';
import type { Policy, Step } from './policy.js';

/** What a called model gave; callers may carry more in it (usage, cost, the whole response). */
export interface Reply {
  /** Null where the call failed. */
  readonly text: string | null;
  readonly failed: boolean;
}

export interface DriveOptions<R extends Reply = Reply> {
  readonly rng: Rng;
  /** A learning policy's current state; its initial one by default. */
  readonly learned?: unknown;
  /** Whether decisions carry reasons for a person. Default false. */
  readonly explain?: boolean;
  /** Whether decisions carry the probabilities of calling each model. Default false. */
  readonly log?: boolean;
  /**
   * Whether an answer can no longer be taken back, as it was shown while it came in. The episode then
   * ends with it, whatever the policy would have done next.
   */
  readonly final?: (reply: R) => boolean;
}

export interface TakenDecision {
  readonly step: Step;
  readonly propensity: number;
  /** Models that the policy may call at such a step: all of its own for a call, none otherwise. */
  readonly eligible: readonly string[];
  /** Of calling each of those eligible; null unless asked for, and where the policy does not tell. */
  readonly probabilities: readonly number[] | null;
  /** Empty unless asked for. */
  readonly reasons: readonly string[];
}

export interface DrivenCall<R extends Reply> {
  /** `provider/name`. */
  readonly model: string;
  readonly reply: R;
  /** The verifier's opinion; null where it was not consulted. */
  readonly confidence: number | null;
}

export interface Driven<R extends Reply> {
  /** The call whose answer was kept. */
  readonly answer: DrivenCall<R>;
  /** Every call made, in order, abandoned ones included. */
  readonly calls: readonly DrivenCall<R>[];
  /** Every step taken, in order; the last is no stop where an answer was final. */
  readonly decisions: readonly TakenDecision[];
}

/**
 * Runs a policy on one request with real calls. The same episode as in replay, so the same
 * decisions follow from the same answers. The kept answer may be a failed call, where all failed.
 * @param ask calls one model; an error it throws ends the episode and reaches the caller
 * @throws UserError where the policy needs a domain or a signal that the request does not carry
 */
export async function drive<R extends Reply>(
  policy: Policy,
  request: RoutingRequest | Features,
  models: { readonly ask: (model: string) => Promise<R> },
  options: DriveOptions<R>,
): Promise<Driven<R>> {
  const features = 'lexical' in request ? request : extractFeatures(request);
  if (policy.needs.domain && features.domain === null) {
    throw new UserError(`Policy "${policy.id}" needs the request to declare its domain`);
  }
  const signal = policy.needs.signals?.find((id) => features.signals?.[id] === undefined);
  if (signal !== undefined) {
    throw new UserError(
      `Policy "${policy.id}" needs the signal "${signal}", which the request does not carry`,
    );
  }
  const decisions: TakenDecision[] = [];
  const learned = options.learned ?? policy.initialState?.() ?? null;
  const episode = new Episode(policy, features, options.rng, learned, (decision) =>
    decisions.push({
      step: decision.step,
      propensity: decision.propensity,
      eligible: decision.step.kind === 'call' ? policy.models : [],
      probabilities: options.log === true ? (decision.probabilities ?? null) : null,
      reasons: options.explain === true ? decision.reasons : [],
    }),
  );
  const replies: R[] = [];
  let step = episode.next();
  while (step.kind === 'call') {
    const reply = await models.ask(policy.models[step.model]!);
    replies.push(reply);
    episode.record(step.model, reply.failed ? null : reply.text, reply.failed);
    const final = options.final?.(reply) === true;
    step = final ? { kind: 'stop', answer: replies.length - 1 } : episode.next();
  }
  const calls = episode.calls.map((call, at) => ({
    model: policy.models[call.model]!,
    reply: replies[at]!,
    confidence: call.confidence,
  }));
  return { answer: calls[step.answer]!, calls, decisions };
}
