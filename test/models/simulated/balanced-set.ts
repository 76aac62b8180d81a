import type { AnswerKeyEntry } from '../../../src/models/simulated/index.js';
import type { Message } from '../../../src/wire/index.js';

export const DOMAINS = [
  'arithmetic',
  'facts',
  'extraction',
  'classification',
  'summarising',
  'code',
  'reasoning',
  'translation',
] as const;

export interface KeyedPrompt extends AnswerKeyEntry {
  readonly messages: readonly Message[];
}

const LABELS = ['billing', 'delivery', 'returns', 'praise'];

/** Thirty prompts of each kind of work, difficulties spread evenly, graded as such work would be. */
export function balancedSet(perDomain = 30): readonly KeyedPrompt[] {
  return DOMAINS.flatMap((domain) =>
    Array.from({ length: perDomain }, (_, index) => ({
      ...gradedAs(domain, index),
      domain,
      difficulty: (index + 0.5) / perDomain,
      messages: [{ role: 'user' as const, content: `${domain} task number ${index}` }],
    })),
  );
}

function gradedAs(
  domain: string,
  index: number,
): Pick<AnswerKeyEntry, 'reference' | 'grader' | 'distractors'> {
  switch (domain) {
    case 'arithmetic':
    case 'reasoning':
      return graded('number', String(17 + 3 * index));
    case 'classification':
      return graded('choice', LABELS[index % LABELS.length]!, { labels: LABELS });
    case 'extraction':
      return graded('json', JSON.stringify({ name: `Person ${index}`, age: 20 + index }));
    case 'facts':
      return graded('exact', `Town${index}`, {}, [`Village${index}`, `Hamlet${index}`]);
    case 'code':
      return graded('regex', `value_${index}`, { pattern: `value_${index}\\b` });
    default:
      return graded('includes', `blue lantern ${index}`, {}, [`grey kettle ${index}`]);
  }
}

function graded(
  name: string,
  reference: string,
  options: Readonly<Record<string, unknown>> = {},
  distractors: readonly string[] = [],
) {
  return { reference, distractors, grader: { name, options } };
}
