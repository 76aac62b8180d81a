import type { Decision, Step } from './policy.js';

/** A decision whose reasons are put into words only when someone reads them. */
export function decided(
  step: Step,
  propensity: number,
  explain: () => readonly string[],
): Decision {
  return {
    step,
    propensity,
    get reasons() {
      return explain();
    },
  };
}

/** What a policy that calls just one model does once it has been called. */
export const keepAnswer: Decision = {
  step: { kind: 'stop', answer: 0 },
  propensity: 1,
  reasons: ['one call is all this policy makes'],
};
