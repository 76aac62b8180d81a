import { hashOf } from '../hash.js';
import { graderProblem } from './grader-check.js';
import { graders } from './graders/index.js';
import type { Judge, JudgeInput, Verdict } from './judge.js';
import { scored, unscored } from './verdict.js';

/**
 * The judge `grader`: every prompt's own grader. An empty answer scores 0; a prompt that cannot be
 * graded (no grader, no reference, bad options) is unscored with the reason.
 */
export function createGraderJudge(): Judge {
  const versions = [...graders.values()].map((grader) => [grader.name, grader.version]);
  return {
    id: 'grader',
    version: `graders-${hashOf(versions).slice(0, 12)}`,
    model: null,
    judge: async (input) => grade(input),
  };
}

function grade({ prompt, answer }: JudgeInput): Verdict {
  const problem = graderProblem(prompt);
  const spec = prompt.grader;
  const grader = graders.get(spec?.name ?? '');
  if (problem !== null || spec === null || grader === undefined) {
    return unscored(problem ?? 'it names no grader');
  }
  if (answer.trim() === '') return scored(0, 'the answer is empty');
  const result = grader.grade(answer, prompt.reference, spec.options);
  return result === null
    ? unscored(`the answer is longer than grader "${spec.name}" takes`)
    : scored(result.score, result.rationale);
}
