import type { ComparisonVerdict } from '../evaluation/index.js';

/** A verdict's answer as a heading. */
export const ANSWERS = {
  route: 'ROUTE',
  do_not_route: 'DO NOT ROUTE',
  too_close: 'TOO CLOSE TO CALL',
} as const;

/** The verdict's sentence without the answer that a heading has said already. */
export function verdictSentence({ answer, text }: ComparisonVerdict): string {
  const rest = text.replace(new RegExp(`${ANSWERS[answer]}: `, 'i'), '');
  // The name of a policy stays as it is.
  return /^\S*@/.test(rest) ? rest : rest.charAt(0).toUpperCase() + rest.slice(1);
}
