import { createRng, type LoggedChoices, type LoggedValues } from '../../src/statistics/index.js';

/** How traffic of which the truth is known is drawn. */
export interface LogWorld {
  readonly operations: number;
  /** Probability with which the model that was not chosen is called. */
  readonly explored: number;
  /** Probability with which an answer is judged. */
  readonly judged: number;
  /** Operations of one prompt, on average; all of about one quality. */
  readonly repeats: number;
  /** What the forecast is off by. */
  readonly bias: number;
  /** Share of judgements that get lost. */
  readonly lost?: number;
}

export interface SimulatedLog {
  readonly choices: LoggedChoices;
  readonly quality: LoggedValues;
  /** Of a policy that calls the strong model on demands from 0.6, and of the one of 0.3 that was logged. */
  readonly target: Float64Array;
  readonly present: Float64Array;
}

/** Demands from which each policy calls the strong model. */
const TARGET = 0.6;
const PRESENT = 0.3;

/** Mean quality where the weak model scores 0.9 − 0.5 x, the strong 0.9 − 0.1 x, x even on [0, 1]. */
const meanOf = (from: number): number => 0.9 - 0.25 * from ** 2 - 0.05 * (1 - from ** 2);

export const TRUTH = {
  quality: meanOf(TARGET),
  difference: meanOf(TARGET) - meanOf(PRESENT),
} as const;

/** Two models, right or wrong answers, prompts that come again. */
export function simulatedLog(world: LogWorld, seed: number): SimulatedLog {
  const { operations: rows, explored, judged, repeats, bias, lost = 0 } = world;
  const rng = createRng(seed, 'simulated log');
  const groups = new Int32Array(rows);
  const called = new Int32Array(rows);
  const probabilities = new Float64Array(2 * rows);
  const forecast = new Float64Array(2 * rows);
  const value = new Float64Array(rows).fill(Number.NaN);
  const target = new Float64Array(2 * rows);
  const present = new Float64Array(2 * rows);
  let left = 0;
  let [demand, likeness] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (left === 0) {
      left = 1 + rng.below(2 * repeats - 1);
      demand = rng.next();
      likeness = 0.1 * rng.next() - 0.05;
    }
    left--;
    groups[row] = left === 0 || row === 0 ? row : row + left;
    const chosen = demand > PRESENT ? 1 : 0;
    const model = rng.next() < explored ? 1 - chosen : chosen;
    called[row] = model;
    probabilities[2 * row + chosen] = 1 - explored;
    probabilities[2 * row + 1 - chosen] = explored;
    present[2 * row + chosen] = 1;
    target[2 * row + (demand > TARGET ? 1 : 0)] = 1;
    for (const [at, slope] of [0.5, 0.1].entries()) {
      const quality = 0.9 - slope * demand + likeness;
      forecast[2 * row + at] = 0.9 - slope * demand + bias;
      if (at !== model) continue;
      const score = rng.next() < quality ? 1 : 0;
      if (rng.next() < judged && rng.next() >= lost) value[row] = score;
    }
  }
  const chance = new Float64Array(rows).fill(judged);
  return {
    choices: { models: 2, probabilities, called, groups },
    quality: { value, chance, forecast },
    target,
    present,
  };
}
