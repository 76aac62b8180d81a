import type { Decision, Step } from './policy.js';

/** A getter on the prototype, as replay makes millions of these and reads no reasons. */
class LazyDecision implements Decision {
  readonly step: Step;
  readonly propensity: number;
  readonly #explain: () => readonly string[];

  constructor(step: Step, propensity: number, explain: () => readonly string[]) {
    this.step = step;
    this.propensity = propensity;
    this.#explain = explain;
  }

  get reasons(): readonly string[] {
    return this.#explain();
  }
}

/** A decision whose reasons are put into words only when someone reads them. */
export function decided(
  step: Step,
  propensity: number,
  explain: () => readonly string[],
): Decision {
  return new LazyDecision(step, propensity, explain);
}

/** What a policy that calls just one model does once it has been called. */
export const keepAnswer: Decision = {
  step: { kind: 'stop', answer: 0 },
  propensity: 1,
  reasons: ['one call is all this policy makes'],
};
