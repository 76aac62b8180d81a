import { describe, expect, it } from 'vitest';
import {
  type AgreementDocument,
  agreedConfidence,
} from '../../../src/routers/cascades/agreement.js';
import { conclusionOf } from '../../../src/routers/cascades/answer-conclusion.js';
import { type Answers, learnAgreement } from '../../../src/routers/cascades/learn-agreement.js';
import { createRng } from '../../../src/statistics/index.js';

describe('the conclusion of an answer', () => {
  it.each([
    ['B', 'B'],
    ['B\n', 'B'],
    [' (C) because it floats', 'C'],
    ['A dog barks at the old man next door', null],
    ['I think that the answer is (D), as shown.', 'D'],
    ['So 12 + 30 makes 1,042.00 in all, which is the total we were looking for.', '1042'],
    ['Paris', 'paris'],
    ['', null],
    ['```python\ndef f(x):\n    return x + 1\n```\nThis returns x plus 1 in all cases.', null],
  ])('of %j is %j', (answer, conclusion) => {
    expect(conclusionOf(answer)).toBe(conclusion);
  });

  it('is found in linear time', () => {
    expect(conclusionOf('answer answer is '.repeat(100_000))).toBe(null);
  });
});

/** Two models that are right half of the time, by themselves, and cannot be told from one another. */
function coinFlips(prompts: number): Answers {
  const rng = createRng(3, 'coin-flips');
  const conclusion: string[] = [];
  const score: number[] = [];
  for (let at = 0; at < 2 * prompts; at++) {
    const right = rng.next() < 0.7;
    conclusion.push(right ? 'A' : `wrong ${rng.below(3)}`);
    score.push(right ? 1 : 0);
  }
  return {
    models: 2,
    confidence: new Float64Array(2 * prompts).fill(0.7),
    conclusion,
    score: Float64Array.from(score),
    prior: null,
  };
}

describe('agreement', () => {
  const learned: AgreementDocument = learnAgreement(coinFlips(2000), 1);
  const opinion = (model: number, conclusion: string | null) => ({
    model,
    confidence: 0.7,
    conclusion,
  });
  const of = (mine: string | null, other: string | null) =>
    agreedConfidence(learned, opinion(0, mine), 0.5, [opinion(0, mine), opinion(1, other)]);

  it('vouches as far as the truth of it: 0.49 / (0.49 + 3 · 0.01) for two of 0.7', () => {
    expect(of('A', 'A')).toBeCloseTo(0.942, 1);
    expect(of('A', 'B')).toBeCloseTo(0.21 / (0.42 + 0.06), 1);
  });

  it('leaves the confidence of an answer alone as it is', () => {
    expect(agreedConfidence(learned, opinion(0, 'A'), 0.5, [opinion(0, 'A')])).toBe(0.7);
  });

  it('says nothing where there is no conclusion to compare', () => {
    expect(of(null, 'A')).toBe(of(null, 'B'));
    expect(of('A', null)).toBe(of('B', null));
  });
});
