import { describe, expect, it } from 'vitest';
import { pageFormats } from '../../../src/service/dashboard/page-formats.js';

const { usd, exactUsd, axisUsd, percent, share, sumUsd, time, interval } = pageFormats();

describe('how the dashboard writes numbers', () => {
  it.each([
    [null, 'unknown'],
    [0, '$0.00'],
    [1234.5, '$1,234.50'],
    [0.99999, '$1.00'],
    [0.0617, '$0.0617'],
    [0.0000132, '$0.000013'],
    [0.0000001, 'under $0.000001'],
    [-2, '−$2.00'],
  ])('%s dollars as %s', (value, text) => {
    expect(usd(value)).toBe(text);
  });

  it('shows a nano-dollar where all of it is told', () => {
    expect(exactUsd(0.000013201)).toBe('$0.000013201');
    expect(exactUsd(0.0000132)).toBe('$0.0000132');
    expect(exactUsd(2)).toBe('$2.00');
    expect(exactUsd(null)).toBe('unknown');
  });

  it('adds nano-dollars exactly', () => {
    expect(sumUsd([0.1, 0.2, 0.000000001])).toBe(0.300000001);
  });

  it('tells values of an axis apart with as few decimals as do', () => {
    expect([0, 0.05, 0.1].map((value) => axisUsd(value, 0.05))).toEqual(['$0', '$0.05', '$0.10']);
    expect(axisUsd(40, 20)).toBe('$40');
    expect(axisUsd(0.000002, 0.000001)).toBe('$0.000002');
  });

  it('has no share of nothing', () => {
    expect(share(0, 0)).toBe('–');
    expect(percent(null)).toBe('unknown');
    expect(percent(1)).toBe('100\u00a0%');
    expect(percent(0.0162)).toBe('1.6\u00a0%');
  });

  it('shows an interval where there is one', () => {
    expect(interval({ mean: 0.5, low: 0.5, high: 0.5 }, percent)).toBe('50.0\u00a0%');
    expect(interval({ mean: 0.5, low: 0.4, high: 0.6 }, String)).toBe('0.5 [0.4, 0.6]');
  });

  it('names the day of what is not of today', () => {
    expect(time('2026-11-23T10:00:05.123Z', '2026-11-23')).toBe('10:00:05');
    expect(time('2026-11-03T10:00:05.123Z', '2026-11-23')).toBe('3 Nov 10:00:05');
  });
});
