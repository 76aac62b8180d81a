import { expect, test } from 'vitest';
import { createRng } from '../../src/statistics/index.js';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (...seed: (number | string)[]) => {
    const rng = createRng(...seed);
    return Array.from({ length: 5 }, () => rng.next());
  };
  expect(draw(1, 'a')).toEqual(draw(1, 'a'));
  expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
});

test('uniform and normal draws have the moments they should', () => {
  const rng = createRng('moments');
  const n = 100_000;
  let sum = 0;
  let squares = 0;
  let uniform = 0;
  let outside = 0;
  for (let i = 0; i < n; i++) {
    const z = rng.normal();
    sum += z;
    squares += z * z;
    const u = rng.next();
    if (!(u >= 0 && u < 1)) outside++;
    uniform += u;
  }
  expect(outside).toBe(0);
  expect(sum / n).toBeCloseTo(0, 1);
  expect(squares / n).toBeCloseTo(1, 1);
  expect(uniform / n).toBeCloseTo(0.5, 2);
});
