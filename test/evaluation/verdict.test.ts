import { expect, test } from 'vitest';
import { type OpenCase, promptsNeeded } from '../../src/evaluation/prompts-needed.js';
import { judge } from '../../src/evaluation/verdict.js';
import { drawExperiment, SIZES } from './simulated-experiment.js';
import { WORLDS } from './tally.js';

const meanOf = (mean: number, standardError: number) => ({
  mean,
  standardError,
  degrees: 399,
  rows: 400,
  groups: 400,
});

const open: OpenCase = {
  quality: meanOf(-0.02, 0.01),
  cost: meanOf(-0.005, 0.0001),
  gain: { mean: 0.05, standardError: 0.005 },
  holds: { quality: false, cost: true, mixture: true },
  margin: 0.03,
  trifling: 0.005,
  alpha: 0.025,
  testRows: 400,
  testGroups: 400,
  promptsPerTestRow: 2,
};

/** ((1.96 + 0.84) · 0.2 / 0.01)² test rows, the spread of a row being 0.01 · √400. */
const ROWS = 3140;

test('prompts are counted for the checks that are open, and said to show what they are about', () => {
  expect(promptsNeeded(open)).toEqual({
    prompts: 2 * ROWS,
    shows: 'that its quality is within 0.03',
  });
  const both = { ...open, gain: { mean: 0.01, standardError: 0.005 } };
  expect(promptsNeeded({ ...both, holds: { ...open.holds, mixture: false } })!.shows).toBe(
    'that its quality is within 0.03 and it beats the mixture',
  );
});

test('a drop beyond the margin is settled as such, not by a gain that is no matter', () => {
  const beyond = {
    ...open,
    quality: meanOf(-0.04, 0.01),
    gain: { mean: 0.0049, standardError: 1 },
  };
  expect(promptsNeeded(beyond)).toEqual({
    prompts: 2 * ROWS,
    shows: 'that its quality is not within 0.03',
  });
});

test('a trifling gain may take fewest prompts; a difference on the very boundary none', () => {
  const trifling = { ...open, gain: { mean: -0.02, standardError: 0.005 } };
  expect(promptsNeeded(trifling)!.shows).toBe('that it beats the mixture by 0.005 at most');
  expect(promptsNeeded({ ...open, quality: meanOf(-0.03, 0.01) })).toBeNull();
});

test('the verdict names what is shown and what is open', () => {
  const at = (margin: number, groups: number) =>
    judge(
      drawExperiment(
        { ...WORLDS.gain, margin },
        { groups, sizes: SIZES[0]!, resamples: 200, seed: 1 },
      ).verdict,
    );
  // The true drop is 0.022.
  const openVerdict = at(0.06, 60);
  expect(openVerdict.answer).toBe('too_close');
  expect(openVerdict.nNeeded).toBeGreaterThan(60);
  expect(openVerdict.text).toMatch(
    /its quality is not shown to be within 0\.06 of that of lab\/large .*; about [\d,]+ prompts would show that its quality is/,
  );
  const refuted = at(0.001, 3000);
  expect(refuted.answer).toBe('too_close');
  expect(refuted.nNeeded).toBeNull();
  expect(refuted.text).toMatch(
    /its quality is not within 0\.001 of that of lab\/large .*; more prompts are not expected to change that\.$/,
  );
});
