import { expect, test } from 'vitest';
import { compare } from '../../src/evaluation/index.js';
import type { Features } from '../../src/features/index.js';
import type { Policy } from '../../src/policies/index.js';
import type { Router } from '../../src/routers/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

const fits: (readonly Features[])[] = [];

/** Knows a hard prompt once it has seen enough of them. */
const slow: Router = {
  id: 'slow',
  summary: 'Needs examples',
  source: 'test',
  fit: ({ models, features }) => {
    fits.push(features);
    const learned = features.length >= 700;
    const policy: Policy = {
      id: 'slow@1',
      router: 'slow',
      dial: '1',
      models,
      needs: { domain: false, answers: false },
      decide: ({ calls }, { text }) => ({
        step:
          calls.length > 0
            ? { kind: 'stop', answer: 0 }
            : {
                kind: 'call',
                model: (learned ? text.startsWith('hard') : text.charCodeAt(6) % 2 === 0) ? 1 : 0,
              },
        propensity: 1,
        reasons: [],
      }),
      toDocument: () => ({ router: 'slow', dial: '1', models, parameters: {} }),
    };
    return [policy];
  },
  fromDocument: () => {
    throw new Error('not written down here');
  },
};

test('a router that needs examples gains with its share of the fit part; nothing else moves', () => {
  const prompts = exampleMatrix(2400);
  const matrix = { ...prompts, prompts: prompts.prompts.map((one) => ({ ...one, domain: null })) };
  const input = exampleInput(matrix, { margin: 0.04, learningCurve: true });
  const comparison = compare({ ...input, routers: [{ router: slow, settings: {} }] });
  const { router, points } = comparison.learningCurve!;
  expect(router).toBe('slow');
  expect(points.map(({ share }) => share)).toEqual([0.125, 0.25, 0.5, 1]);
  points.forEach(({ fit, share }) => {
    expect(fit / comparison.splits.fit).toBeCloseTo(share, 2);
  });
  const [least, , , whole] = points;
  const row = comparison.tradeoffs.find(({ policy }) => policy === whole!.policy)!;
  expect(whole!.quality).toEqual(row.quality);
  expect(whole!.cost.mean).toBeCloseTo(row.cost.mean!, 12);
  expect(whole!.aiq.mean).toBeCloseTo(
    comparison.metrics.find((one) => one.router === 'slow')!.aiq.mean!,
    12,
  );
  expect(least!.quality.high!).toBeLessThan(whole!.quality.low!);
  expect(least!.aiq.mean!).toBeLessThan(whole!.aiq.mean!);

  // Smaller samples are part of the larger ones.
  const seen = fits.map((features) => new Set(features.map(({ text }) => text)));
  const [all, eighth, quarter, half] = seen;
  for (const [less, more] of [
    [eighth, quarter],
    [quarter, half],
    [half, all],
  ] as const) {
    expect([...less!].every((text) => more!.has(text))).toBe(true);
    expect(less!.size).toBeLessThan(more!.size);
  }
});

test('it is off unless asked for', () => {
  const input = exampleInput(exampleMatrix(60));
  expect(compare(input).learningCurve).toBeNull();
});
