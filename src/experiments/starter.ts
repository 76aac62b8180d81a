import { readFileSync } from 'node:fs';

export interface StarterOptions {
  /** Path of the dataset as written into the file. @default './prompts.jsonl' */
  readonly dataset?: string;
  /** Address or path of the JSON Schema, for editors. */
  readonly schema?: string;
}

const template = new URL('../../experiments/starter.yaml', import.meta.url);

/**
 * A commented experiment file to begin with: runs offline on simulated models as it is, with real
 * ones to be commented in. It is `experiments/starter.yaml` under another name.
 * @param name a slug
 */
export function starterExperiment(name: string, options: StarterOptions = {}): string {
  const { dataset = './prompts.jsonl', schema } = options;
  const text = readFileSync(template, 'utf8')
    .replace(/^name: .*$/m, () => `name: ${JSON.stringify(name)}`)
    .replace(/^dataset: .*$/m, () => `dataset: ${JSON.stringify(dataset)}`);
  return schema === undefined ? text : text.replace(/\$schema=.*$/m, () => `$schema=${schema}`);
}

const PROMPTS: readonly Readonly<Record<string, unknown>>[] = [
  {
    id: 'arithmetic-1',
    prompt: 'A box holds 12 pens. How many pens are in 7 boxes? End with the number.',
    reference: '84',
    grader: 'number',
    domain: 'arithmetic',
    difficulty: 0.2,
  },
  {
    id: 'arithmetic-2',
    prompt: 'A train leaves at 9:40 and arrives at 13:05. How many minutes does it take?',
    reference: '205',
    grader: 'number',
    domain: 'arithmetic',
    difficulty: 0.5,
  },
  {
    id: 'facts-1',
    prompt: 'Which metal is liquid at room temperature? Answer with its name.',
    reference: 'mercury',
    grader: 'includes',
    domain: 'facts',
    difficulty: 0.2,
  },
  {
    id: 'facts-2',
    prompt:
      'Which gas do plants take from the air to grow? A) oxygen B) nitrogen C) carbon dioxide',
    reference: 'C',
    grader: 'choice',
    domain: 'facts',
    difficulty: 0.1,
  },
  {
    id: 'extraction-1',
    prompt:
      'Give name and age as a JSON object with these two fields: "Asha turned 31 on Tuesday, said her brother Tom."',
    reference: '{"name": "Asha", "age": 31}',
    grader: 'json',
    domain: 'extraction',
    difficulty: 0.4,
  },
];

/** A few prompts in JSONL, as `init` puts them beside the starter. */
export function starterPrompts(): string {
  return `${PROMPTS.map((prompt) => JSON.stringify(prompt)).join('\n')}\n`;
}
