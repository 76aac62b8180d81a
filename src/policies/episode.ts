import type { Features } from '../features/index.js';
import type { Rng } from '../statistics/index.js';
import type { Decision, EpisodeState, Policy, SeenCall, Step } from './policy.js';

/** The next thing a driver has to do; consulting is done by the episode itself. */
export type EpisodeStep = Exclude<Step, { kind: 'consult' }>;

/** More decisions than any sane policy takes with one request. */
const stepLimit = (models: number): number => 4 * models + 8;

/**
 * One request under one policy, whoever drives it: asks for decisions, consults the
 * verifier, and refuses steps that make no sense. Replay and live traffic differ only in where
 * answers come from.
 */
export class Episode {
  readonly #policy: Policy;
  readonly #rng: Rng;
  readonly #learned: unknown;
  readonly #onDecision: ((decision: Decision) => void) | undefined;
  readonly #features: Features;
  readonly #calls: SeenCall[] = [];
  #steps = 0;

  constructor(
    policy: Policy,
    features: Features,
    rng: Rng,
    learned: unknown,
    onDecision?: (decision: Decision) => void,
  ) {
    this.#policy = policy;
    this.#features = features;
    this.#rng = rng;
    this.#learned = learned;
    this.#onDecision = onDecision;
  }

  get calls(): readonly SeenCall[] {
    return this.#calls;
  }

  /**
   * Decides until a model is to be called or an answer is kept.
   * @throws Error that names the policy, where it goes round in circles or asks for the impossible
   */
  next(): EpisodeStep {
    for (;;) {
      if (++this.#steps > stepLimit(this.#policy.models.length)) {
        throw new Error(
          `Policy "${this.#policy.id}" took more than ${this.#steps - 1} steps without an answer`,
        );
      }
      const state: EpisodeState = { calls: this.#calls, learned: this.#learned };
      const decision = this.#policy.decide(state, this.#features, this.#rng);
      this.#onDecision?.(decision);
      const step = decision.step;
      if (step.kind === 'consult') this.#consult();
      else if (step.kind === 'call') {
        if (this.#policy.models[step.model] === undefined) this.#refuse(`call model ${step.model}`);
        return step;
      } else {
        if (this.#calls[step.answer] === undefined) this.#refuse(`keep answer ${step.answer}`);
        return step;
      }
    }
  }

  /** Adds what the model called last gave. */
  record(model: number, text: string | null, failed: boolean): void {
    this.#calls.push({ model, text, failed, confidence: null });
  }

  #consult(): void {
    const last = this.#calls.at(-1);
    if (this.#policy.verify === undefined || last === undefined || last.text === null) {
      this.#refuse('consult a verifier without an answer to read');
    }
    const confidence = this.#policy.verify(this.#features, last.model, last.text);
    this.#calls[this.#calls.length - 1] = { ...last, confidence };
  }

  #refuse(what: string): never {
    throw new Error(
      `Policy "${this.#policy.id}" wants to ${what}, after ${this.#calls.length} calls of ${this.#policy.models.length} models`,
    );
  }
}
