import { expect, it } from 'vitest';
import {
  type CostRow,
  CostTracker,
  costReport,
  costsByModel,
  dailyCosts,
  monthlyCosts,
} from '../../src/costs/index.js';
import { anAttempt, anOperation } from './cost-samples.js';

const tracker = new CostTracker();
for (const [day, model, cost] of [
  ['2026-02-27', 'maker/small', 1],
  ['2026-02-28', 'maker/small', 20],
  ['2026-03-01', 'maker/large', 300],
  ['2026-03-02', 'maker/large', 4000],
] as const) {
  tracker.addOperation(
    anOperation({ receivedAt: `${day}T23:59:59Z`, model, tenant: model.slice(6) }),
    [anAttempt({ model, cost })],
  );
}
const brief = (rows: readonly CostRow[]) => rows.map(({ keys, cost }) => [...keys, cost]);

it('gives the last days, months, models and any report', async () => {
  expect(brief(await dailyCosts(tracker, 2, '2026-03-01'))).toEqual([
    ['2026-02-28', 20],
    ['2026-03-01', 300],
  ]);
  expect(brief(await dailyCosts(tracker, 1, '2026-03-03'))).toEqual([]);
  expect(brief(await dailyCosts(tracker, 30, '2026-03-02', { tenant: 'large' }))).toEqual([
    ['2026-03-01', 300],
    ['2026-03-02', 4000],
  ]);
  expect(brief(await monthlyCosts(tracker))).toEqual([
    ['2026-02', 21],
    ['2026-03', 4300],
  ]);
  expect(brief(await costsByModel(tracker))).toEqual([
    ['maker/large', 4300],
    ['maker/small', 21],
  ]);
  const span = { from: '2026-02-28', to: '2026-03-01' };
  expect(brief(await costReport(tracker, { ...span, groupBy: 'tenant' }))).toEqual([
    ['large', 300],
    ['small', 20],
  ]);
  expect(brief(await costReport(tracker, { ...span, groupBy: ['day', 'model'] }))).toEqual([
    ['2026-02-28', 'maker/small', 20],
    ['2026-03-01', 'maker/large', 300],
  ]);
});

it('refuses days that are none', () => {
  for (const days of [0, 1.5, Number.NaN]) {
    expect(() => dailyCosts(tracker, days, '2026-03-01')).toThrow(/`days`/);
  }
  expect(() => dailyCosts(tracker, 1, '1 March')).toThrow(/`today`/);
});
