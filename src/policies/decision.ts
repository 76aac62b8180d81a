import type { Decision, Step } from './policy.js';

/** A getter on the prototype, as replay makes millions of these and reads no reasons. */
class LazyDecision implements Decision {
  readonly step: Step;
  readonly propensity: number;
  readonly probabilities: readonly number[] | undefined;
  readonly #explain: () => readonly string[];

  constructor(
    step: Step,
    propensity: number,
    explain: () => readonly string[],
    probabilities: readonly number[] | undefined,
  ) {
    this.step = step;
    this.propensity = propensity;
    this.probabilities = probabilities;
    this.#explain = explain;
  }

  get reasons(): readonly string[] {
    return this.#explain();
  }
}

/**
 * A decision whose reasons are put into words only when someone reads them.
 * @param probabilities of calling each model at this step, where the step is a call
 */
export function decided(
  step: Step,
  propensity: number,
  explain: () => readonly string[],
  probabilities?: readonly number[],
): Decision {
  return new LazyDecision(step, propensity, explain, probabilities);
}

/** For each of `models` models the probabilities where it is sure to be called: 1 for it, 0 for the others. */
export function certainties(models: number): readonly (readonly number[])[] {
  const indices = Array.from({ length: models }, (_, index) => index);
  return indices.map((model) => indices.map((index) => (index === model ? 1 : 0)));
}

/** What a policy that calls just one model does once it has been called. */
export const keepAnswer: Decision = {
  step: { kind: 'stop', answer: 0 },
  propensity: 1,
  reasons: ['one call is all this policy makes'],
};
