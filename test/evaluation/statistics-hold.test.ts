import { expect, test } from 'vitest';
import { SIZES } from './simulated-experiment.js';
import { tally, WORLDS } from './tally.js';

// A small part of `test/bench/statistics.ts`, with limits as loose as so few experiments need.
const few = { groups: 100, sizes: SIZES[1]!, resamples: 120 };
const EXPERIMENTS = 70;

test('intervals hold the truth about 95 times in 100', () => {
  const { coverage, checks, wrong } = tally(WORLDS.gain, EXPERIMENTS, few);
  for (const [of, share] of Object.entries(coverage)) {
    expect(share, of).toBeGreaterThan(0.88);
  }
  expect(coverage['mean quality']).toBeLessThan(1);
  expect(checks.mixture).toBeGreaterThan(0.9);
  expect(wrong).toBe(0);
});

test.each(['margin', 'hull', 'both'] as const)('at the boundary "%s" a route is rare', (world) => {
  expect(tally(WORLDS[world], EXPERIMENTS, few).wrong).toBeLessThan(0.1);
});

test('across folds that each choose a setting, intervals hold and a wrong route is rare', () => {
  const { coverage, wrong } = tally(WORLDS.margin, EXPERIMENTS, {
    ...few,
    sizes: SIZES[2]!,
    folds: 5,
    choose: true,
  });
  expect(coverage['mean quality']).toBeGreaterThan(0.88);
  expect(coverage['paired difference']).toBeGreaterThan(0.88);
  expect(wrong).toBeLessThan(0.1);
});
