import { defineGrader, flag, missingReference, texts } from '../grader.js';
import { normalise } from '../normalise.js';

/** Right where the whole answer equals the reference, or one of `any`, after normalisation. */
export const exact = defineGrader({
  name: 'exact',
  version: 1,
  summary:
    'the whole answer equals the reference, but for case, spaces and surrounding punctuation',
  options: { any: texts(), ignore_case: flag(true), trim_punctuation: flag(true) },
  referenceProblem: (reference, { any }) => (any.length > 0 ? null : missingReference(reference)),
  grade(answer, reference, options) {
    const how = { ignoreCase: options.ignore_case, trimPunctuation: options.trim_punctuation };
    const given = normalise(answer, how);
    const accepted = [reference, ...options.any].filter((text) => text.trim() !== '');
    return accepted.some((text) => normalise(text, how) === given)
      ? { score: 1, rationale: 'equals the reference' }
      : { score: 0, rationale: 'differs from the reference' };
  },
});
