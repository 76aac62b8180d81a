import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Prompt } from '../../src/datasets/index.js';
import {
  buildMatrix,
  CELL,
  type Outcome,
  type Score,
  summarizeModels,
} from '../../src/outcomes/index.js';

const now = '2026-01-01T00:00:00.000Z';
const prompt = (id: string): Prompt => ({
  id,
  messages: [{ role: 'user', content: id }],
  reference: null,
  grader: null,
  domain: null,
  group: null,
  difficulty: null,
  split: null,
  metadata: {},
});
const outcome = (promptId: string, model: string, more: Partial<Outcome> = {}): Outcome => ({
  runId: 'r',
  promptId,
  model,
  trial: 1,
  cellKey: `${promptId}/${model}`,
  status: 'done',
  origin: 'live',
  text: `answer of ${model} to ${promptId}`,
  finishReason: 'stop',
  usage: null,
  cost: 2_000_000,
  latencyMs: 30,
  attempts: 1,
  error: null,
  recordedScore: null,
  completedAt: now,
  ...more,
});
const score = (
  promptId: string,
  model: string,
  value: number | null,
  more: Partial<Score> = {},
) => ({
  runId: 'r',
  promptId,
  model,
  trial: 1,
  judge: 'j',
  judgeVersion: '1',
  repeat: 1,
  scoreKey: '',
  score: value,
  unscored: value === null ? 'no verdict' : null,
  rationale: null,
  completedAt: now,
  ...more,
});
const run = { models: ['a', 'b'], trials: 1, costBasis: 'usd' as const };
const prompts = ['p', 'q'].map(prompt);
const zero = { judge: 'j', failed: 'zero' as const };

describe('a matrix of outcomes', () => {
  test('cells stand prompt by prompt, model by model, trial by trial', () => {
    const matrix = buildMatrix(
      { ...run, trials: 2 },
      prompts,
      [outcome('q', 'a', { trial: 2 }), outcome('p', 'b')],
      [score('q', 'a', 0.25, { trial: 2 }), score('p', 'b', 1)],
      zero,
    );
    expect([...matrix.state]).toEqual([0, 0, 1, 0, 0, 1, 0, 0]);
    expect([...matrix.score]).toEqual([NaN, NaN, 1, NaN, NaN, 0.25, NaN, NaN]);
    expect(matrix.cost[2]).toBe(0.002);
    expect(matrix.latency[5]).toBe(30);
    expect(matrix.text[5]).toBe('answer of a to q');
    expect(matrix.text[0]).toBeNull();
  });

  test('missing, unscored and unjudged are never 0', () => {
    const {
      state,
      score: scores,
      cost,
      costBasis,
    } = buildMatrix(
      run,
      prompts,
      [outcome('p', 'a'), outcome('p', 'b', { cost: null, latencyMs: null }), outcome('q', 'a')],
      [score('p', 'a', null), score('q', 'a', 1, { judge: 'another' })],
      zero,
    );
    expect([...state]).toEqual([CELL.unscored, CELL.unscored, CELL.unscored, CELL.missing]);
    expect([...scores]).toEqual([NaN, NaN, NaN, NaN]);
    expect([...cost]).toEqual([0.002, NaN, 0.002, NaN]);
    expect(costBasis).toBe('usd');
  });

  test('failed cells score 0 at their cost, or are as if never measured', () => {
    const failed = outcome('p', 'a', { status: 'failed', text: null, error: 'timeout: x' });
    const scores = [score('p', 'a', 1)];
    const counted = buildMatrix(run, prompts, [failed], scores, zero);
    expect([counted.state[0], counted.score[0], counted.cost[0]]).toEqual([CELL.failed, 0, 0.002]);
    const excluded = buildMatrix(run, prompts, [failed], scores, { judge: 'j', failed: 'exclude' });
    expect([excluded.state[0], excluded.score[0], excluded.cost[0], excluded.latency[0]]).toEqual([
      CELL.missing,
      NaN,
      NaN,
      NaN,
    ]);
  });

  test('repeats are averaged over those that gave a verdict, in any order of arrival', () => {
    const repeats = [0.1, 0.2, 0.3, null].map((value, index) =>
      score('p', 'a', value, { repeat: index + 1 }),
    );
    const outcomes = [outcome('p', 'a')];
    const forth = buildMatrix(run, prompts, outcomes, repeats, zero);
    const back = buildMatrix(run, prompts, outcomes, repeats.toReversed(), zero);
    expect(forth.score[0]).toBeCloseTo(0.2, 12);
    expect(back.score[0]).toBe(forth.score[0]);
  });

  test('verdicts of two versions of a judge are not mixed: the one that judged last counts', () => {
    const matrix = buildMatrix(
      run,
      prompts,
      [outcome('p', 'a'), outcome('q', 'a')],
      [
        score('p', 'a', 0.9, { judgeVersion: '2', completedAt: '2026-01-02T00:00:00.000Z' }),
        score('p', 'a', 0.1),
        score('q', 'a', 0.1),
      ],
      zero,
    );
    expect([matrix.score[0], matrix.state[2]]).toEqual([0.9, CELL.unscored]);
  });

  test('what is not of these prompts, models or trials is passed over', () => {
    const strange = [outcome('z', 'a'), outcome('p', 'z'), outcome('p', 'a', { trial: 2 })];
    const scores = [score('z', 'a', 1), score('p', 'z', 1), score('p', 'a', 1, { trial: 2 })];
    const matrix = buildMatrix(run, prompts, strange, scores, zero);
    expect([...matrix.state]).toEqual([0, 0, 0, 0]);
  });
});

describe('the cost basis', () => {
  const measured = (models: readonly string[], values: readonly number[]) => {
    const outcomes = models.map((model) => outcome('p', model, { cost: null }));
    const scores = models.map((model, index) => score('p', model, values[index]!));
    return buildMatrix(
      { models, trials: 1, costBasis: 'call_share' },
      [prompt('p')],
      outcomes,
      scores,
      zero,
    );
  };

  test('call share: 0 for the lowest mean, 1 for the highest, even steps between', () => {
    expect([...measured(['strong', 'weak'], [0.9, 0.1]).cost]).toEqual([1, 0]);
    expect([...measured(['a', 'b', 'c', 'd', 'e'], [0.5, 0.1, 0.9, 0.2, 0.21]).cost]).toEqual([
      0.75, 0, 1, 0.25, 0.5,
    ]);
    expect(measured(['a', 'b'], [0.5, 0.5]).cost).toEqual(new Float64Array([0, 1]));
  });

  test('none: one model without prices, or prices promised and none there', () => {
    const alone = measured(['a'], [1]);
    expect([alone.costBasis, alone.cost[0]]).toEqual(['none', NaN]);
    const unpriced = buildMatrix(
      run,
      prompts,
      [outcome('p', 'a', { cost: null })],
      [score('p', 'a', 1)],
      zero,
    );
    expect(unpriced.costBasis).toBe('none');
  });
});

describe('the summary of models', () => {
  test('counts, means and dollars; what is unknown is null and counted', () => {
    const matrix = buildMatrix(
      { ...run, models: ['a', 'b', 'c'] },
      prompts,
      [
        outcome('p', 'a'),
        outcome('q', 'a', { status: 'failed', cost: null }),
        outcome('p', 'b', { cost: null }),
      ],
      [score('p', 'a', 1), score('p', 'b', null)],
      zero,
    );
    expect(summarizeModels(matrix)).toEqual([
      {
        model: 'a',
        outcomes: 2,
        scored: 1,
        failed: 1,
        meanScore: 0.5,
        costUsdPer1k: 2,
        costUnknown: 1,
      },
      {
        model: 'b',
        outcomes: 1,
        scored: 0,
        failed: 0,
        meanScore: null,
        costUsdPer1k: null,
        costUnknown: 1,
      },
      {
        model: 'c',
        outcomes: 0,
        scored: 0,
        failed: 0,
        meanScore: null,
        costUsdPer1k: null,
        costUnknown: 0,
      },
    ]);
  });

  test('trials are averaged per prompt before prompts are', () => {
    const matrix = buildMatrix(
      { models: ['a'], trials: 3, costBasis: 'usd' },
      prompts,
      [1, 2, 3].map((trial) => outcome('p', 'a', { trial })).concat(outcome('q', 'a')),
      [1, 2, 3].map((trial) => score('p', 'a', 1, { trial })).concat(score('q', 'a', 0)),
      zero,
    );
    expect(summarizeModels(matrix)[0]?.meanScore).toBe(0.5);
  });

  test('the mean of nano-dollar costs is exact to the nano-dollar', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000_000), { minLength: 1, maxLength: 200 }), (costs) => {
        const many = costs.map((_, index) => prompt(`p${index}`));
        const outcomes = costs.map((cost, index) => outcome(`p${index}`, 'a', { cost }));
        const [summary] = summarizeModels(buildMatrix(run, many, outcomes, [], zero));
        const total = costs.reduce((sum, cost) => sum + cost, 0);
        expect(Math.round((summary!.costUsdPer1k! * costs.length * 1e9) / 1000)).toBe(total);
      }),
    );
  });
});
