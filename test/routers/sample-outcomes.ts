import { extractFeatures, type Features } from '../../src/features/index.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import type { RouterData } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';

export const MODELS = ['lab/small', 'lab/medium', 'lab/large'] as const;
const COSTS = [0.001, 0.004, 0.02];
/** Chance of a right answer by model: on easy prompts and on demanding ones. */
const EASY = [0.95, 0.96, 0.97];
const HARD = [0.15, 0.5, 0.92];

const TOPICS = ['rivers', 'planets', 'painters', 'metals', 'birds', 'cities', 'rulers'];

const easyText = (topic: string, n: number): string => `What is one of the ${topic}? Item ${n}.`;
const hardText = (topic: string, n: number): string =>
  `Suppose ${n} ${topic} are arranged in ${n + 3} rows of ${n * 2}. First derive how many pairs must be adjacent, then prove step by step that at least ${n + 1} of them satisfy the equation x = ${n}y + ${n * 7}, and explain why no exception is possible.`;

export interface Sample {
  readonly data: RouterData;
  readonly matrix: OutcomeMatrix;
  readonly features: readonly Features[];
}

/**
 * Made-up outcomes where small models do well on easy prompts only, and where a wrong answer hedges
 * more often than a right one.
 */
export function sampleOutcomes(prompts: number, seed: number, noise = 0.15): Sample {
  const rng = createRng(seed, 'sample-outcomes');
  const features: Features[] = [];
  const score: number[] = [];
  const cost: number[] = [];
  const text: string[] = [];
  for (let row = 0; row < prompts; row++) {
    const hard = rng.next() < 0.5;
    const topic = TOPICS[rng.below(TOPICS.length)]!;
    const content = (hard ? hardText : easyText)(topic, 2 + rng.below(500));
    const request = { messages: [{ role: 'user' as const, content }], domain: topic };
    features.push(extractFeatures(request));
    MODELS.forEach((_, model) => {
      const right = rng.next() < (hard ? HARD : EASY)[model]!;
      const hedges = rng.next() < noise ? rng.next() < 0.5 : !right;
      score.push(right ? 1 : 0);
      cost.push(COSTS[model]! * (0.8 + 0.4 * rng.next()));
      text.push(
        hedges
          ? `I am not sure, it might be ${rng.below(1000)}, but I cannot tell about ${topic}`
          : `The answer is ${rng.below(1000)}. It follows for ${topic}.`,
      );
    });
  }
  const columns = { score: Float64Array.from(score), cost: Float64Array.from(cost), text };
  return {
    features,
    data: {
      models: MODELS,
      features,
      ...columns,
      failed: new Uint8Array(score.length),
      groups: Int32Array.from(features, (_, row) => row),
    },
    matrix: {
      prompts: [],
      models: MODELS,
      trials: 1,
      state: new Uint8Array(score.length).fill(CELL.scored),
      latency: new Float64Array(score.length).fill(100),
      costBasis: 'usd',
      ...columns,
    },
  };
}

/** The same outcomes with other features: whatever a router seems to gain from them is luck. */
export function shuffleFeatures(data: RouterData, seed: number): RouterData {
  const rng = createRng(seed, 'shuffle');
  const order = data.features.map((_, row) => row);
  for (let at = order.length - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return { ...data, features: order.map((row) => data.features[row]!) };
}

export const allRows = (count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, row) => row);
