import { z } from 'zod';
import { boundedRegexProblem, compileBoundedRegex, MAX_REGEX_INPUT } from '../bounded-regex.js';
import { defineGrader, flag } from '../grader.js';

const pattern = z
  .string({ error: 'expected a regular expression' })
  .superRefine((text, context) => {
    const problem = boundedRegexProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** Right where the pattern matches somewhere in the answer. Needs no reference. */
export const regex = defineGrader({
  name: 'regex',
  version: 1,
  summary: 'the option "pattern", a bounded regular expression, matches in the answer',
  options: { pattern, ignore_case: flag(false) },
  referenceProblem: () => null,
  grade(answer, _reference, options) {
    if (answer.length > MAX_REGEX_INPUT) return null;
    return compileBoundedRegex(options.pattern, options.ignore_case).test(answer)
      ? { score: 1, rationale: 'matches the pattern' }
      : { score: 0, rationale: 'does not match the pattern' };
  },
});
