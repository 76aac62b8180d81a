import { expect, test } from 'vitest';
import { splitServed, tuneOnServed } from '../../src/evaluation/index.js';
import { sampleOutcomes } from '../routers/sample-outcomes.js';
import { fittedRidge, othersOf, servedLogOf } from './served-log.js';

/** All weight on quality: every request goes to the model that is best, whatever it costs. */
const dear = fittedRidge(4);
const operations = servedLogOf(dear, { operations: 3000 });
const split = splitServed(operations, 1);
const candidates = othersOf(dear, split.tune);
const options = { margin: 0.05, aim: 'cost', seed: 1 } as const;

test('a prompt that comes again stays on one side', () => {
  const seen = new Set(split.tune.map(({ promptHash }) => promptHash));
  expect(split.test.some(({ promptHash }) => seen.has(promptHash))).toBe(false);
  expect(split.tune.length / operations.length).toBeCloseTo(0.4, 1);
  expect(splitServed(operations, 2).tune).not.toEqual(split.tune);
});

test('finds the setting that saves, and foretells what it gives on prompts never seen', () => {
  const tuning = tuneOnServed(dear, candidates, split, options);
  expect(tuning.outcome).toBe('proposed');
  const { policy, estimate } = tuning;
  const { data } = sampleOutcomes(4000, 9);
  const truth = { quality: 0, cost: 0 };
  for (const [row, features] of data.features.entries()) {
    const cell = row * policy!.models.length + policy!.choose!(features);
    truth.quality += data.score[cell]! / data.features.length;
    truth.cost += data.cost[cell]! / data.features.length;
  }
  expect(truth.quality).toBeGreaterThan(estimate!.quality.low!);
  expect(truth.quality).toBeLessThan(estimate!.quality.high!);
  expect(truth.cost).toBeCloseTo(estimate!.costUsd.mean!, 3);
  expect(estimate!.costUsdChange.high).toBeLessThan(0);
  expect(estimate!.qualityChange.low).toBeGreaterThan(-options.margin);
  expect(Object.values(tuning.shares!).reduce((sum, share) => sum + share)).toBeCloseTo(1, 9);
});

test('what test says has no part in what is chosen', () => {
  const { policy } = tuneOnServed(dear, candidates, split, options);
  const worst = split.test.map((operation) => ({ ...operation, score: 0, chance: 1 }));
  const against = tuneOnServed(dear, candidates, { ...split, test: worst }, options);
  expect(against.policy?.id).toBe(policy!.id);
});

test('a dearer setting that was never explored is refused, not guessed', () => {
  const cheap = fittedRidge(0);
  const served = splitServed(servedLogOf(cheap, { operations: 600 }), 1);
  const tuning = tuneOnServed(cheap, othersOf(dear, served.tune), served, {
    ...options,
    aim: 'quality',
  });
  expect(tuning.candidates.unsupported).toBeGreaterThan(0);
  expect(tuning.policy).toBeNull();
});

test('too few judgements say so, and how many operations it would take', () => {
  const few = splitServed(servedLogOf(dear, { operations: 600, explore: 0.05, judged: 0.05 }), 1);
  const tuning = tuneOnServed(dear, candidates, few, options);
  expect(tuning).toMatchObject({ outcome: 'too_few', policy: null, estimate: null });
  expect(tuning.operationsNeeded).toBeGreaterThan(600);
  expect(tuning.test.judged).toBeLessThan(40);
});

test('a margin that what was seen cannot settle leaves it open', () => {
  const tuning = tuneOnServed(dear, candidates, split, { ...options, margin: 0 });
  expect(['too_close', 'not_better']).toContain(tuning.outcome);
});
