import { expect, test } from 'vitest';
import { createDriftMonitor, type DriftAlarm } from '../../../src/service/index.js';
import { anOperation } from '../../store/service-samples.js';
import { AS_EXPECTED, EXPECTED, stream, TABLE, type Traffic, watching } from './traffic.js';

/** How many operations after a change its alarm begins; null where it does not. */
function delayOf(changed: Partial<Traffic>, figure: string, before = 0, seed = 1): number | null {
  let count = 0;
  let delay: number | null = null;
  const monitor = createDriftMonitor({
    ...watching,
    onAlarm: (alarm) => {
      if (alarm.figure === figure && alarm.began) delay ??= count;
    },
  });
  stream(monitor, AS_EXPECTED, { operations: before, seed });
  stream(monitor, { ...AS_EXPECTED, ...changed }, { operations: 8000, seed: seed + 1 }, (sent) => {
    count = sent;
  });
  return delay;
}

test('traffic as expected raises a false alarm in at most 5 of 100 streams, windows and all', () => {
  const streams = 30;
  let alarmed = 0;
  for (let seed = 1; seed <= streams; seed++) {
    const alarms: DriftAlarm[] = [];
    const monitor = createDriftMonitor({
      ...watching,
      // As if nothing were uncertain about what is expected.
      expected: {
        ...EXPECTED,
        quality: { mean: 0.9, low: 0.9, high: 0.9 },
        cost_usd_per_1k: { mean: 4, low: 4, high: 4 },
      },
      prompts: 1e9,
      onAlarm: (alarm) => alarms.push(alarm),
    });
    stream(monitor, AS_EXPECTED, { operations: 5000, seed });
    if (alarms.length > 0) alarmed++;
  }
  expect(alarmed / streams).toBeLessThanOrEqual(0.05);
});

test('as expected it is within, and what is explored counts for nothing', () => {
  const monitor = createDriftMonitor(watching);
  stream(monitor, AS_EXPECTED, { operations: 3900, seed: 4 });
  const { quality, cost, shares, since, simulated } = monitor.report();
  expect([quality.status, cost.status]).toEqual(['within', 'within']);
  expect(quality.live!.mean).toBeCloseTo(0.9, 1);
  expect(cost.live!.mean).toBeCloseTo(4, 0);
  expect(shares['lab/large']!.live!.mean).toBeCloseTo(0.4, 1);
  expect(shares['lab/large']!.expected!.low).toBeCloseTo(0.37, 2);
  expect({ since, simulated }).toEqual({ since: '2026-01-01T00:00:00.000Z', simulated: false });
});

test('a change is noticed, from the start and after a long quiet time', () => {
  expect(delayOf({ right: 0.7 }, 'quality')).toBeLessThan(700);
  expect(delayOf({ right: 0.7 }, 'quality', 5000)).toBeLessThan(4000);
  expect(delayOf({ times: 2 }, 'cost')).toBeLessThan(1500);
  expect(delayOf({ times: 2 }, 'cost', 5000)).toBeLessThan(5000);
  expect(delayOf({ large: 0.7 }, 'share of lab/large')).toBeLessThan(200);
  expect(delayOf({ large: 0.7 }, 'share of lab/large', 5000)).toBeLessThan(2000);
  expect(delayOf({ right: 0.91 }, 'quality')).toBeNull();
});

test('an alarm begins once and ends once it is back', () => {
  const said: string[] = [];
  const monitor = createDriftMonitor({
    ...watching,
    onAlarm: ({ figure, began, status }) => said.push(`${figure} ${began} ${status}`),
  });
  stream(monitor, { ...AS_EXPECTED, large: 0.7, times: 0.65 }, { operations: 1500, seed: 1 });
  stream(monitor, AS_EXPECTED, { operations: 6000, seed: 2 });
  const shares = said.filter((line) => line.startsWith('share of lab/large'));
  expect(shares).toEqual(['share of lab/large true outside', 'share of lab/large false within']);
});

test('what callers say, other tables decided or the cache gave is passed over', () => {
  const monitor = createDriftMonitor(watching);
  const seen = anOperation({ id: 'mine' });
  const routing = { ...seen.routing!, table: TABLE };
  monitor.operation(seen);
  monitor.operation({ ...seen, routing: null });
  const verdict = {
    operationId: 'mine',
    tenant: 'shop',
    score: 0,
    unscored: null,
    judge: null,
    probability: null,
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
  monitor.operation({ ...seen, routing: { ...routing, steps: [] } });
  expect(monitor.report().shares['lab/small']!.live).toBeNull();
  const call = { step: 'call' as const, model: 'lab/small', propensity: 1 };
  const steps = [{ ...call, eligible: [], probabilities: null }];
  monitor.operation({ ...seen, routing: { ...routing, steps }, origin: 'simulated' });
  monitor.feedback({ ...verdict, source: 'caller' });
  monitor.feedback({ ...verdict, source: 'judge', score: null });
  monitor.feedback({ ...verdict, source: 'judge', operationId: 'nobody knows' });
  expect(monitor.report().quality).toMatchObject({ live: null, n: 0, status: 'too_few' });
  monitor.feedback({ ...verdict, source: 'judge' });
  monitor.feedback({ ...verdict, source: 'judge' });
  expect(monitor.report()).toMatchObject({ quality: { n: 1, status: 'too_few' }, simulated: true });
});

test('a table that expects nothing raises no alarm', () => {
  const nothing = { mean: null, low: null, high: null };
  const expected = { ...EXPECTED, quality: nothing, cost_usd_per_1k: nothing, shares: {} };
  const monitor = createDriftMonitor({ ...watching, expected });
  stream(monitor, AS_EXPECTED, { operations: 300, seed: 1 });
  const { quality, cost, shares } = monitor.report();
  expect([quality.status, cost.status, shares['lab/small']!.status]).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ]);
  expect(quality.live).not.toBeNull();
});

test('an alarm at the edge does not come and go', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const said: string[] = [];
    const monitor = createDriftMonitor({
      ...watching,
      onAlarm: ({ figure, began }) => said.push(`${figure} ${began}`),
    });
    stream(monitor, { ...AS_EXPECTED, right: 0.5 }, { operations: 1500, seed });
    expect(said.filter((line) => line.startsWith('quality'))).toEqual(['quality true']);
  }
});
