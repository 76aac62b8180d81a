import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine } from '../../src/reports/index.js';
import { shortModelNames } from '../../src/reports/model-names.js';
import { dollars, fraction, interval, percent, signed } from '../../src/reports/numbers.js';
import { wrap } from '../../src/reports/wrap.js';

test('numbers are written for people: unknown is a dash, nothing is minus nothing', () => {
  expect([null, 0, -0.0001, 0.8125].map(fraction)).toEqual(['–', '0.000', '0.000', '0.813']);
  expect([null, -0.001, 0.5].map((value) => percent(value, 0))).toEqual(['–', '0 %', '50 %']);
  expect([0.0001, 0.02, -0.02].map(signed(fraction))).toEqual(['0.000', '+0.020', '-0.020']);
  expect([null, 0, 0.000012, 0.25, 3.5, 120].map(dollars)).toEqual([
    '–',
    '$0',
    '$0.000012',
    '$0.2500',
    '$3.50',
    '$120',
  ]);
  expect(interval({ mean: 0.5, low: 0.4, high: 0.6 }, fraction)).toBe('0.500 [0.400, 0.600]');
  expect(interval({ mean: 0.5, low: null, high: null }, fraction)).toBe('0.500');
  expect(interval({ mean: null, low: null, high: null }, fraction)).toBe('–');
});

test('JSON keeps 12 significant digits, integers whole, null null', () => {
  expect(jsonLine({ a: 0.8340624999999999, b: [1 / 3, 123456789012345, null], c: '0.1' })).toBe(
    '{"a":0.8340625,"b":[0.333333333333,123456789012345,null],"c":"0.1"}\n',
  );
  fc.assert(
    fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
      const difference = Math.abs(JSON.parse(jsonLine(value)) - value);
      expect(difference).toBeLessThanOrEqual(1e-11 * Math.abs(value) + 1e-300);
    }),
  );
});

test('a model is called by its last name where no other has it', () => {
  const name = shortModelNames(['a/x', 'b/x', 'meta/llama', 'plain', 'meta/llama']);
  expect(['a/x', 'b/x', 'meta/llama', 'plain'].map(name)).toEqual(['a/x', 'b/x', 'llama', 'plain']);
});

test('wrapping keeps every word, and the width unless one word passes it', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 14, max: 40 }), (given, columns) => {
      const wrapped = wrap(given.join(' '), columns, '  ');
      expect(wrapped.split(/\s+/)).toEqual(given);
      for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }),
  );
});
