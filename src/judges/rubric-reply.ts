import { jsonObjectsIn } from './json-objects.js';
import type { Rubric, RubricGrade } from './rubric.js';

/** A judge's reply as read: a grade of the rubric with its reasoning, or why there is none. */
export type RubricReply =
  | { readonly grade: RubricGrade; readonly reasoning: string | null }
  | { readonly problem: string };

const LONGEST_QUOTE = 60;

/**
 * Reads a reply strictly. The last complete JSON object in it decides, and only its own `verdict`,
 * spelled as in the rubric: a reply that quotes the answer cannot be graded by the quotation, and
 * a verdict that was not offered says nothing of the answer.
 */
export function readRubricReply(text: string, rubric: Rubric): RubricReply {
  if (text.trim() === '') return { problem: 'the judge replied with nothing' };
  const reply = jsonObjectsIn(text).at(-1);
  if (reply === undefined) return { problem: `no JSON object in the reply ${quote(text)}` };
  const { verdict, reasoning } = reply;
  if (typeof verdict !== 'string') return { problem: 'the reply has no "verdict"' };
  const grade = rubric.scale.find((one) => one.verdict === verdict.trim());
  if (grade === undefined) {
    const offered = rubric.scale.map((one) => one.verdict).join(', ');
    return { problem: `the verdict ${quote(verdict)} is none of ${offered}` };
  }
  return { grade, reasoning: typeof reasoning === 'string' ? reasoning : null };
}

function quote(text: string): string {
  const plain = text.trim();
  return JSON.stringify(plain.length > LONGEST_QUOTE ? `${plain.slice(0, LONGEST_QUOTE)}…` : plain);
}
