import { extractFeatures, type Features } from '../../../src/features/index.js';
import type { RouterData } from '../../../src/routers/index.js';

export const asks = (content: string, domain: string | null = null): Features =>
  extractFeatures({ messages: [{ role: 'user', content }], domain });

/** One row a prompt: its features, then score and cost by model; NaN for a cell never measured. */
export type Row = readonly [Features, readonly number[], readonly number[]];

export function dataOf(rows: readonly Row[], models = ['lab/a', 'lab/b']): RouterData {
  const cells = rows.length * models.length;
  return {
    models,
    features: rows.map(([features]) => features),
    score: Float64Array.from(rows.flatMap(([, score]) => score)),
    cost: Float64Array.from(rows.flatMap(([, , cost]) => cost)),
    text: Array(cells).fill(null),
    failed: new Uint8Array(cells),
    groups: Int32Array.from(rows, (_, row) => row),
  };
}

const WORDS = {
  cooking: ['simmer', 'onions', 'butter', 'saucepan', 'oven', 'garlic', 'whisk', 'flour'],
  sailing: ['anchor', 'mast', 'harbour', 'windward', 'keel', 'rudder', 'tide', 'mooring'],
  algebra: ['matrix', 'polynomial', 'eigenvalue', 'quotient', 'scalar', 'kernel', 'basis', 'ring'],
} as const;
export type Topic = keyof typeof WORDS;
export const TOPICS = Object.keys(WORDS) as readonly Topic[];

/** A text of five words of a topic, each `n` another choice of them. */
export const textOf = (topic: Topic, n: number): string =>
  Array.from({ length: 5 }, (_, at) => WORDS[topic][(n * 3 + (at * (at + 1)) / 2) % 8]).join(' ');
