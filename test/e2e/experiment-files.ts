import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerKey } from '../../src/models/index.js';
import { createAnswerKey } from '../../src/models/index.js';

interface Sum {
  readonly id: string;
  readonly prompt: string;
  readonly reference: string;
}

const sums = (count: number): readonly Sum[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    prompt: `What is ${index} + ${3 * index + 1}?`,
    reference: String(4 * index + 1),
  }));

/** Writes a dataset of small sums and gives the key that a stand-in needs to answer them. */
export function writeSums(folder: string, count: number): AnswerKey {
  const lines = sums(count).map((sum) =>
    JSON.stringify({ ...sum, grader: 'number', domain: 'arithmetic', difficulty: 0.5 }),
  );
  writeFileSync(join(folder, 'sums.jsonl'), lines.join('\n'));
  return createAnswerKey(
    sums(count).map(({ prompt, reference }) => ({
      messages: [{ role: 'user', content: prompt }],
      reference,
      grader: { name: 'number', options: {} },
      domain: 'arithmetic',
      difficulty: 0.5,
      distractors: [],
    })),
  );
}

export interface StandInModel {
  readonly id: string;
  readonly api: 'openai' | 'anthropic';
  readonly timeoutSeconds?: number;
}

/** Writes an experiment whose models are served by a stand-in, priced like the simulated family. */
export function writeExperiment(
  folder: string,
  url: string,
  models: readonly StandInModel[],
  further = '',
): string {
  const prices: Readonly<Record<string, string>> = {
    small: '{ input: 0.1, output: 0.4 }',
    medium: '{ input: 0.6, output: 2.4 }',
  };
  const entries = models.map(({ id, api, timeoutSeconds }) => {
    const base = api === 'openai' ? `${url}/v1` : url;
    const timeout = timeoutSeconds === undefined ? '' : `, timeout_seconds: ${timeoutSeconds}`;
    const price = prices[id.slice(id.indexOf('/') + 1)] ?? '{ input: 1, output: 1 }';
    return `  - { id: ${id}, base_url: "${base}", api: ${api}, price: ${price}${timeout} }`;
  });
  const text = `name: sums\ndataset: ./sums.jsonl\nmodels:\n${entries.join('\n')}\nparameters: { temperature: 0, max_tokens: 200 }\n${further}`;
  writeFileSync(join(folder, 'sums.yaml'), text);
  return 'sums.yaml';
}
