import type { GraderSpec, Prompt } from '../datasets/index.js';
import { didYouMean } from '../did-you-mean.js';
import { graders } from './graders/index.js';

/** What is wrong with a grader's name or options, or null. */
export function validateGrader(spec: GraderSpec): string | null {
  const grader = graders.get(spec.name);
  if (grader === undefined) {
    const known = [...graders.keys()];
    return `unknown grader "${spec.name}", expected ${known.join(', ')}${didYouMean(spec.name, known)}`;
  }
  const problem = grader.optionsProblem(spec.options);
  return problem === null ? null : `grader "${spec.name}": ${problem}`;
}

/** Why the judge `grader` cannot score answers to this prompt, or null. For checks before a run. */
export function graderProblem(prompt: Prompt): string | null {
  if (prompt.grader === null) return 'it names no grader';
  const invalid = validateGrader(prompt.grader);
  if (invalid !== null) return invalid;
  const { name, options } = prompt.grader;
  const problem = graders.get(name)?.referenceProblem(prompt.reference, options) ?? null;
  return problem === null ? null : `grader "${name}": ${problem}`;
}
