import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedSequence, createRng } from '../../src/statistics/index.js';

/** Whether the bounds ever leave out the truth while one looks after every value. */
function everMissed(seed: number, truth: number, draw: (uniform: number) => number): boolean {
  const rng = createRng(seed, 'sequence');
  const sequence = boundedSequence(0.05);
  for (let n = 0; n < 1000; n++) {
    sequence.add(draw(rng.next()));
    const { low, high } = sequence.bounds()!;
    if (low > truth || high < truth) return true;
  }
  return false;
}

test.each([
  ['right or wrong', 0.9, (u: number) => (u < 0.9 ? 1 : 0)],
  ['rare', 0.02, (u: number) => (u < 0.02 ? 1 : 0)],
  ['even', 0.5, (u: number) => u],
])('%s: over a whole stream the truth is left out in at most 5 of 100', (_, truth, draw) => {
  const streams = 200;
  let missed = 0;
  for (let seed = 0; seed < streams; seed++) if (everMissed(seed, truth, draw)) missed++;
  expect(missed / streams).toBeLessThanOrEqual(0.05);
});

test('bounds narrow as values come, and stay in reach of them', () => {
  const sequence = boundedSequence(0.05);
  expect(sequence.bounds()).toBeNull();
  const widths = [10, 100, 1000].map((until) => {
    for (let n = sequence.bounds()?.n ?? 0; n < until; n++) sequence.add(n % 10 === 0 ? 0 : 1);
    const { low, high, mean } = sequence.bounds()!;
    expect(mean).toBeCloseTo(0.9, 6);
    return high - low;
  });
  expect(widths[2]).toBeLessThan(widths[1]! / 2);
  expect(widths[2]).toBeLessThan(0.09);
  expect(widths[0]).toBeGreaterThan(0.5);
});

test('values up to another bound give the same, scaled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0.1, max: 1000, noNaN: true }),
      (values, most) => {
        const plain = boundedSequence(0.05);
        const scaled = boundedSequence(0.05, most);
        for (const value of values) {
          plain.add(value);
          scaled.add(value * most);
        }
        const [one, other] = [plain.bounds()!, scaled.bounds()!];
        expect(other.low / most).toBeCloseTo(one.low, 6);
        expect(other.high / most).toBeCloseTo(one.high, 6);
        expect(other.mean / most).toBeCloseTo(one.mean, 6);
      },
    ),
  );
});
