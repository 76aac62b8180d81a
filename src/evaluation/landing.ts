import type { OutcomeMatrix } from '../outcomes/index.js';
import type { Replayed } from '../policies/index.js';
import type { TrialMeans } from './common-prompts.js';

/** What a policy gives on some rows. Arrays by row. */
export interface Landing {
  readonly quality: Float64Array;
  readonly cost: Float64Array;
  readonly latency: Float64Array;
  /** Rows (in fractions, where trials or draws differ) that each model answered. */
  readonly answered: Float64Array;
}

export function landReplay(replayed: Replayed, { models, trials }: OutcomeMatrix): Landing {
  const answered = new Float64Array(models.length);
  for (const model of replayed.answeredBy) answered[model]! += 1 / trials;
  const { quality, cost, latency } = replayed;
  return { quality, cost, latency, answered };
}

/** One model for each row. */
export function landChoice(
  means: TrialMeans,
  models: number,
  rows: Int32Array,
  choose: (row: number) => number,
): Landing {
  const landing = emptyLanding(rows.length, models);
  rows.forEach((row, i) => {
    const model = choose(row);
    const cell = row * models + model;
    landing.quality[i] = means.score[cell]!;
    landing.cost[i] = means.cost[cell]!;
    landing.latency[i] = means.latency[cell]!;
    landing.answered[model]!++;
  });
  return landing;
}

/** Models drawn with fixed probabilities, in expectation: no draw adds noise. Its latency is no one number and left unknown. */
export function landMixture(
  means: TrialMeans,
  weights: ArrayLike<number>,
  rows: Int32Array,
): Landing {
  const models = weights.length;
  const landing = emptyLanding(rows.length, models);
  landing.latency.fill(Number.NaN);
  for (let m = 0; m < models; m++) {
    const weight = weights[m]!;
    if (weight === 0) continue;
    landing.answered[m] = weight * rows.length;
    rows.forEach((row, i) => {
      landing.quality[i]! += weight * means.score[row * models + m]!;
      landing.cost[i]! += weight * means.cost[row * models + m]!;
    });
  }
  return landing;
}

function emptyLanding(rows: number, models: number): Landing {
  return {
    quality: new Float64Array(rows),
    cost: new Float64Array(rows),
    latency: new Float64Array(rows),
    answered: new Float64Array(models),
  };
}
