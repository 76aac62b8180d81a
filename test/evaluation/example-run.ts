import type { Prompt } from '../../src/datasets/index.js';
import type { CompareInput, CompareOptions } from '../../src/evaluation/index.js';
import { CELL, type OutcomeMatrix, type Run } from '../../src/outcomes/index.js';
import type { Policy } from '../../src/policies/index.js';
import type { Router } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';

export function prompt(id: string, text: string, more: Partial<Prompt> = {}): Prompt {
  return {
    id,
    messages: [{ role: 'user', content: text }],
    reference: null,
    grader: null,
    domain: null,
    group: null,
    difficulty: null,
    split: null,
    metadata: {},
    ...more,
  };
}

/** Words drawn at random, so that no two texts are near-duplicates. */
export function randomText(seed: number | string, words = 12): string {
  const rng = createRng('text', seed);
  return Array.from({ length: words }, () =>
    Array.from({ length: 6 }, () => String.fromCharCode(97 + rng.below(26))).join(''),
  ).join(' ');
}

export const MODELS = ['maker/small', 'maker/large'];

/** Hard prompts say so in their text; the small model fails most of them and the large one few. */
export function exampleMatrix(
  prompts: number,
  gain = 0.8,
  costs: readonly number[] = [0.001, 0.01],
): OutcomeMatrix {
  const rng = createRng('matrix', prompts);
  const score: number[] = [];
  const list = Array.from({ length: prompts }, (_, i) => {
    const hard = rng.next() < 0.4;
    score.push(rng.next() < (hard ? 0.95 - gain : 0.95) ? 1 : 0, rng.next() < 0.95 ? 1 : 0);
    return prompt(`p${i}`, `${hard ? 'hard' : 'easy'} ${randomText(i)}`, {
      domain: hard ? 'proof' : 'recall',
      reference: 'secret',
    });
  });
  return {
    prompts: list,
    models: MODELS,
    trials: 1,
    state: new Uint8Array(score.length).fill(CELL.scored),
    score: Float64Array.from(score),
    cost: Float64Array.from(score, (_, cell) => costs[cell % 2]!),
    latency: new Float64Array(score.length).fill(100),
    text: score.map(() => null),
    costBasis: 'usd',
  };
}

/** Calls the large model where the text starts with `hard`, and on a share of the rest by its length. */
export const byFirstWord: Router = {
  id: 'first-word',
  summary: 'Looks at the first word',
  source: 'test',
  fit: (fit, _tune, { dials }) =>
    Array.from({ length: Math.min(dials, 5) }, (_, i) => policy(fit.models, i / 4)),
  fromDocument: ({ models, dial }) => policy(models, Number(dial)),
};

function policy(models: readonly string[], dial: number): Policy {
  return {
    id: `first-word@${dial}`,
    router: 'first-word',
    dial: String(dial),
    models,
    needs: { domain: false, answers: false },
    decide: (state, { text }) => {
      const large =
        dial > 0 && (text.startsWith('hard') || text.charCodeAt(9) % 26 < 26 * (dial - 0.25));
      return {
        step:
          state.calls.length > 0
            ? { kind: 'stop', answer: 0 }
            : { kind: 'call', model: large ? models.length - 1 : 0 },
        propensity: 1,
        reasons: [],
      };
    },
    toDocument: () => ({ router: 'first-word', dial: String(dial), models, parameters: {} }),
  };
}

export function exampleInput(
  matrix: OutcomeMatrix,
  options: Partial<CompareOptions> = {},
  run: Partial<Run> = {},
): CompareInput {
  return {
    run: {
      id: 'run-1',
      name: 'example',
      kind: 'import',
      status: 'complete',
      planHash: '',
      dataHash: 'data',
      judge: 'recorded',
      models: matrix.models,
      trials: matrix.trials,
      seed: 1,
      simulated: false,
      scoreScale: 1,
      costBasis: 'usd',
      codeVersion: '0',
      spec: null,
      startedAt: '',
      endedAt: null,
      ...run,
    },
    matrix,
    routers: [{ router: byFirstWord, settings: {} }],
    options: { seed: 1, splitSeed: 1, bootstrap: 300, now: new Date(0), ...options },
  };
}
