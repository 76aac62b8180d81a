import { expect, expectTypeOf, test } from 'vitest';
import { type Comparison, compare, fitForExport } from '../../src/evaluation/index.js';
import type { Features } from '../../src/features/index.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import type { RouterData } from '../../src/routers/index.js';
import { exampleInput, exampleMatrix, MODELS } from './example-run.js';

const row = (comparison: Comparison, policy: string) =>
  comparison.tradeoffs.find((tradeoff) => tradeoff.policy === policy)!;

/** No NaN, no Infinity: they would be printed, or become null in JSON. */
function expectNumbers(value: unknown): void {
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  else if (typeof value === 'string') expect(value).not.toMatch(/NaN|Infinity|undefined/);
  else if (value !== null && typeof value === 'object') Object.values(value).forEach(expectNumbers);
}

test('a policy that tells hard from easy is worth routing with', () => {
  const comparison = compare(exampleInput(exampleMatrix(2400), { margin: 0.04 }));
  expect(comparison.splits.folds).toBe(1);
  expect(comparison.reference).toBe('maker/large');
  expect(comparison.verdict.answer).toBe('route');
  expect(comparison.verdict.checks.map(({ holds }) => holds)).toEqual([true, true, true]);
  expect(comparison.verdict.text).toMatch(/^Route: /);
  const chosen = row(comparison, comparison.verdict.policy);
  expect(chosen.chosenOnTune).toBe(true);
  expect(chosen.frontier).toBe(true);
  expect(chosen.costSaving.mean).toBeGreaterThan(0.3);
  expect(chosen.quality.low!).toBeLessThan(chosen.quality.mean!);
  expect(row(comparison, 'oracle@ex-post').quality.mean!).toBeGreaterThan(chosen.quality.mean!);
  expect(row(comparison, 'always@maker/large').costSaving.mean).toBe(0);
  expect(row(comparison, 'always@maker/small').costUsdPer1k.mean).toBeCloseTo(1, 9);
  expect(row(comparison, 'random@uniform').shares).toEqual({
    'maker/small': 0.5,
    'maker/large': 0.5,
  });
  expectNumbers(comparison);
});

test('the random mixture of two models recovers half the gap, by construction', () => {
  const { metrics } = compare(exampleInput(exampleMatrix(2400)));
  const mixture = metrics.find(({ router }) => router === 'mixture')!;
  expect(mixture.apgr.mean).toBeCloseTo(0.5, 9);
  expect(mixture.cpt50.mean).toBeCloseTo(0.5, 9);
  expect(mixture.cpt80.mean).toBeCloseTo(0.8, 9);
  const router = metrics.find((metric) => metric.router === 'first-word')!;
  expect(router.apgr.low!).toBeGreaterThan(0.5);
  expect(router.aiq.mean!).toBeGreaterThan(mixture.aiq.mean!);
});

test('where the small model is nearly as good, it is the answer', () => {
  const { verdict } = compare(exampleInput(exampleMatrix(2400, 0.05), { margin: 0.08 }));
  expect(verdict.answer).toBe('do_not_route');
  expect(verdict.policy).toBe('always@maker/small');
});

test('under 2,000 prompts everything is tested once, out of fold', () => {
  const input = exampleInput(exampleMatrix(400));
  const comparison = compare(input);
  expect(comparison.splits).toMatchObject({ folds: 5, test: 400 });
  expect(
    comparison.tradeoffs.every(({ split, prompts }) => split === 'cross-fit' && prompts === 400),
  ).toBe(true);
  const { policy } = comparison.verdict;
  expect(row(comparison, policy)).toBeDefined();
  expect(fitForExport(input, policy).fittedOn).toBe('everything');
  expectNumbers(comparison);
});

test('the same seeds give the same comparison, other seeds other intervals', () => {
  const matrix = exampleMatrix(400);
  const once = compare(exampleInput(matrix));
  expect(compare(exampleInput(matrix))).toEqual(once);
  const other = compare(exampleInput(matrix, { seed: 2 }));
  expect(other.tradeoffs[0]!.quality.mean).toBe(once.tradeoffs[0]!.quality.mean);
  expect(other.tradeoffs[0]!.quality.low).not.toBe(once.tradeoffs[0]!.quality.low);
});

test('swapping every test score changes what is reported and nothing that is chosen', () => {
  const matrix = exampleMatrix(2400);
  // Sides depend on prompts alone, so a published split lays open which rows are the test part.
  const prompts = matrix.prompts.map((one, i) => ({
    ...one,
    split: i % 10 < 5 ? 'train' : i % 10 < 7 ? 'validation' : 'test',
  }));
  const score = matrix.score.map((value, cell) =>
    prompts[Math.floor(cell / 2)]!.split === 'test' ? 1 - value : value,
  );
  const chosen = (scores: Float64Array) => {
    const comparison = compare(exampleInput({ ...matrix, prompts, score: scores }));
    const { tradeoffs, reference } = comparison;
    return {
      quality: tradeoffs[0]!.quality.mean,
      reference,
      chosen: tradeoffs.filter((one) => one.chosenOnTune).map((one) => one.policy),
      shares: tradeoffs.filter((one) => one.router === 'first-word').map((one) => one.shares),
    };
  };
  const [before, after] = [chosen(matrix.score), chosen(score)];
  expect(after.quality).toBeCloseTo(1 - before.quality!, 9);
  expect({ ...after, quality: 0 }).toEqual({ ...before, quality: 0 });
});

test('routers have no way to a reference, a grader, a difficulty or an id', () => {
  expectTypeOf<keyof RouterData>().toEqualTypeOf<
    'models' | 'features' | 'score' | 'cost' | 'text' | 'failed' | 'groups'
  >();
  type Forbidden = 'reference' | 'grader' | 'difficulty' | 'id' | 'score';
  expectTypeOf<Extract<keyof Features, Forbidden>>().toEqualTypeOf<never>();
});

test('prompts that a model lacks are dropped for all, counted and warned of', () => {
  const matrix = exampleMatrix(200);
  const state = matrix.state.slice();
  const score = matrix.score.slice();
  for (let cell = 1; cell < 60; cell += 2) {
    state[cell] = CELL.unscored;
    score[cell] = Number.NaN;
  }
  const comparison = compare(exampleInput({ ...matrix, state, score }));
  expect(comparison.provenance.dropped).toEqual({ 'maker/large': 30 });
  expect(comparison.tradeoffs[0]!.prompts).toBe(170);
  expect(comparison.warnings.join()).toMatch(/30 of 200 prompts \(15.0 %\).*at 0 and at 1/);
});

test('a failed call scores 0 and is not dropped, even where no bill came', () => {
  const matrix = exampleMatrix(200);
  const state = matrix.state.slice();
  const score = matrix.score.slice();
  const cost = matrix.cost.slice();
  for (let cell = 0; cell < 80; cell += 2) {
    state[cell] = CELL.failed;
    score[cell] = 0;
    cost[cell] = Number.NaN;
  }
  const comparison = compare(exampleInput({ ...matrix, state, score, cost }));
  expect(comparison.provenance.dropped).toEqual({});
  expect(row(comparison, 'always@maker/small').costUsdPer1k.mean).toBeCloseTo(0.8, 9);
});

const degenerate: [string, OutcomeMatrix][] = [
  ['three prompts', exampleMatrix(3)],
  ['one prompt', exampleMatrix(1)],
  ['nothing costs anything', exampleMatrix(60, 0.8, [0, 0])],
  ['all answers right', { ...exampleMatrix(60), score: new Float64Array(120).fill(1) }],
  ['all answers wrong', { ...exampleMatrix(60), score: new Float64Array(120) }],
  [
    'no costs known',
    { ...exampleMatrix(60), costBasis: 'none', cost: new Float64Array(120).fill(Number.NaN) },
  ],
  ['the better model is the cheaper', exampleMatrix(60, 0.8, [0.01, 0.001])],
];

test.each(degenerate)('%s: a verdict and no NaN', (_, matrix) => {
  const comparison = compare(exampleInput(matrix));
  expectNumbers(comparison);
  expect(comparison.verdict.answer).not.toBe('route');
});

test('one model: nothing to route between', () => {
  const two = exampleMatrix(40);
  const even = (_: number, cell: number) => cell % 2 === 0;
  const comparison = compare(
    exampleInput({
      ...two,
      models: ['maker/small'],
      state: two.state.filter(even),
      score: two.score.filter(even),
      cost: two.cost.filter(even),
      latency: two.latency.filter(even),
      text: two.text.slice(0, 40),
    }),
  );
  expect(comparison.verdict).toMatchObject({
    answer: 'do_not_route',
    policy: 'always@maker/small',
  });
  expect(comparison.leftOut.map(({ router }) => router)).toContain('first-word');
  expectNumbers(comparison);
});

test('no prompt in common is a clear error', () => {
  const matrix = exampleMatrix(10);
  const state = matrix.state.map((value, cell) => (cell % 2 === 1 ? CELL.missing : value));
  const score = matrix.score.map((value, cell) => (cell % 2 === 1 ? Number.NaN : value));
  expect(() => compare(exampleInput({ ...matrix, state, score }))).toThrow(
    'No prompt of 10 has a scored and priced answer from every model ("maker/large" lacks 10)',
  );
});

test('verdicts on simulated data or by a judge nobody checked say so', () => {
  const matrix = exampleMatrix(60);
  const simulated = compare(exampleInput(matrix, { judgeIsModel: true }, { simulated: true }));
  expect(simulated.verdict.text).toMatch(
    /^SIMULATED: According to judge recorded \(uncalibrated; its errors are not in the intervals\): /,
  );
  expect(simulated.calibrated).toBe(false);
});

test('each reading of the test part counts', () => {
  expect(compare(exampleInput(exampleMatrix(60), { priorTestReadings: 4 })).testReadings).toBe(5);
});

test('an export after a plain split is the very policy that was compared', () => {
  const input = exampleInput(exampleMatrix(2400));
  const fitted = fitForExport(input, 'first-word@0.5');
  expect(fitted.fittedOn).toBe('fit');
  expect(fitted.policy.id).toBe('first-word@0.5');
  for (const id of [`always@${MODELS[0]}`, 'mixture@0.5', 'per-domain@best', 'random@uniform']) {
    expect(fitForExport(input, id).policy.id).toBe(id);
  }
});

test('an unknown policy names the closest', () => {
  const input = exampleInput(exampleMatrix(100));
  expect(() => fitForExport(input, 'first-word@9x')).toThrow(
    /^Policy "first-word@9x" is no policy of this comparison; the closest are "first-word@/,
  );
  expect(() => fitForExport(input, 'oracle@ex-post')).toThrow('knows the scores');
});

test('a policy that only tells domains apart gains nothing within them, and that is said', () => {
  const matrix = exampleMatrix(2400);
  const comparison = compare(exampleInput(matrix, { margin: 0.04 }));
  const within = comparison.withinDomains!;
  expect(within.policy).toBe(comparison.verdict.policy);
  expect(comparison.verdict.checks.find(({ name }) => name === 'mixture')!.holds).toBe(true);
  // The example's domain is its difficulty, and the first word tells it: nothing is left inside.
  expect(Math.abs(within.gain!.mean!)).toBeLessThan(0.01);
  expect(within.gain!.low!).toBeLessThanOrEqual(0);
  expect(comparison.warnings.join()).toMatch(/not shown within domains .* telling domains apart/);
  expect(within.domains.map(({ domain }) => domain)).toEqual(['proof', 'recall']);
  const { fit, tune, test: tested } = comparison.splits;
  const total = (part: 'fit' | 'tune' | 'test') =>
    within.domains.reduce((sum, domain) => sum + domain[part], 0);
  expect([total('fit'), total('tune'), total('test')]).toEqual([fit, tune, tested]);

  // The same outcomes under domains drawn by lot: all of the gain is inside them.
  const drawn = {
    ...matrix,
    prompts: matrix.prompts.map((one, i) => ({ ...one, domain: `d${i % 3}` })),
  };
  const spread = compare(exampleInput(drawn, { margin: 0.04 }));
  expect(spread.withinDomains!.gain!.low!).toBeGreaterThan(0.1);
  expect(spread.warnings.join()).not.toMatch(/within domains/);
});

test('a judge of a candidate’s own family is warned of', () => {
  const matrix = { ...exampleMatrix(60), models: ['maker/gpt-small', 'claude-large'] };
  const judged = (judgeModel: string) =>
    compare(exampleInput(matrix, { judgeIsModel: true, judgeModel }));
  expect(judged('other/gpt-9').warnings.join()).toMatch(
    /The judge other\/gpt-9 is of the same family as maker\/gpt-small:/,
  );
  expect(judged('other/gpt-9').verdict.text).toMatch(
    /^According to judge recorded \(other\/gpt-9, /,
  );
  expect(judged('llama-3').warnings.join()).not.toMatch(/family/);
});

test('shuffled features show no gain over the mixture', () => {
  const matrix = exampleMatrix(2400);
  // A stride that is prime to the count pairs each text with the outcomes of another prompt.
  const prompts = matrix.prompts.map((one, i) => ({
    ...one,
    messages: matrix.prompts[(i * 1009 + 7) % 2400]!.messages,
    domain: null,
  }));
  const { operatingPoints } = compare(exampleInput({ ...matrix, prompts }, { margin: 0.04 }));
  const gain = operatingPoints!.find(({ against }) => against === 'mixture')!;
  expect(gain.difference.low!).toBeLessThanOrEqual(0);
  expect(gain.pAdjusted!).toBeGreaterThan(0.05);
});

test('call shares rank models on what is learned from: test scores have no say in costs', () => {
  const matrix = exampleMatrix(2400);
  const prompts = matrix.prompts.map((one, i) => ({
    ...one,
    split: i % 10 < 2 ? 'train' : i % 10 < 3 ? 'validation' : 'test',
  }));
  // On most prompts, all of them to test, the models change places, and so does their order overall.
  const score = matrix.score.map((value, cell) =>
    prompts[Math.floor(cell / 2)]!.split === 'test' ? matrix.score[cell ^ 1]! : value,
  );
  const cost = Float64Array.from(score, (_, cell) => 1 - (cell % 2));
  const comparison = compare(
    exampleInput({ ...matrix, prompts, score, cost, costBasis: 'call_share' }),
  );
  expect(row(comparison, 'always@maker/small').cost.mean).toBe(0);
  expect(row(comparison, 'always@maker/large').cost.mean).toBe(1);
  expect(comparison.reference).toBe('maker/large');
});

test('larger data is cross-fitted where that is asked for, and a published split set aside', () => {
  const matrix = exampleMatrix(2100);
  const prompts = matrix.prompts.map((one, i) => ({ ...one, split: i % 2 ? 'train' : 'test' }));
  const input = exampleInput({ ...matrix, prompts }, { crossFit: true });
  const { splits, tradeoffs } = compare(input);
  expect(splits).toMatchObject({ folds: 5, test: 2100 });
  expect(tradeoffs.every(({ split }) => split === 'cross-fit')).toBe(true);
  expect(fitForExport(input, 'always@maker/small').fittedOn).toBe('everything');
});
