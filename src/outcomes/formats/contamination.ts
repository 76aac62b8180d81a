import { Problems, readJsonLines } from '../../datasets/index.js';

/**
 * The prompts that RouteLLM drops before scoring, as they were found in its training data: the
 * member `eval_prompt` of every line.
 * @returns prompt texts, compared whole
 */
export async function readContaminated(path: string | null): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  if (path === null) return texts;
  const problems = new Problems();
  for (const { values, position } of await readJsonLines(path, problems)) {
    if (typeof values.eval_prompt === 'string') texts.add(values.eval_prompt);
    else problems.add(position, '"eval_prompt" must be a text');
  }
  problems.throwIfAny();
  return texts;
}

/** @param what names what is counted, such as `questions` */
export function contaminationNote(kept: number, all: number, what: string): string {
  return `${all - kept} of ${all} ${what} dropped, as their authors list them as contaminated`;
}
