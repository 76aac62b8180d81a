import { expect, it } from 'vitest';
import { sampledSaving } from '../../../src/service/suggestions/sampled-saving.js';

it('is exact where everything was looked at', () => {
  expect(sampledSaving([3, -1], ['a', 'b'], 2)).toEqual({ value: 2e-9, low: 2e-9, high: 2e-9 });
});

it('scales a sample up, with an interval by its groups', () => {
  const savings = [1e9, 3e9, 1e9, 3e9];
  const apart = sampledSaving(savings, ['a', 'b', 'c', 'd'], 100);
  // Mean 2, standard error sqrt(4/3)/2, t with 3 degrees of freedom 3.1824.
  expect(apart?.value).toBe(200);
  expect(apart?.low).toBeCloseTo(200 - 318.24 * Math.sqrt(1 / 3), 1);
  expect(apart?.high).toBeCloseTo(200 + 318.24 * Math.sqrt(1 / 3), 1);
  const alike = sampledSaving(savings, ['a', 'b', 'a', 'b'], 100);
  expect(alike!.high).toBeGreaterThan(apart!.high);
  expect(sampledSaving(savings, ['a', 'a', 'a', 'a'], 100)).toBeNull();
});
