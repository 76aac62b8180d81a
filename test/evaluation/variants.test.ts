import { describe, expect, it } from 'vitest';
import type { MeasuredVariants } from '../../src/evaluation/index.js';
import { compareVariants } from '../../src/evaluation/variants.js';
import { CELL } from '../../src/outcomes/index.js';

interface Column {
  readonly score: readonly number[];
  readonly cost: readonly number[];
  readonly tokens?: readonly number[];
  readonly keys?: readonly string[];
}

/** The first column is the model as it is; the others are variants of it. */
function measuredOf(columns: readonly Column[]): MeasuredVariants {
  const rows = columns[0]!.score.length;
  const cells = (of: (column: Column, row: number) => number): Float64Array =>
    Float64Array.from({ length: rows * columns.length }, (_, at) =>
      of(columns[at % columns.length]!, Math.floor(at / columns.length)),
    );
  const score = cells((column, row) => column.score[row]!);
  return {
    matrix: {
      prompts: Array.from({ length: rows }, (_, row) => ({
        id: `p${row}`,
        messages: [{ role: 'user' as const, content: `${row}` }],
        reference: null,
        grader: null,
        domain: null,
        group: null,
        difficulty: null,
        split: null,
        metadata: {},
      })),
      models: columns.map((_, column) => (column === 0 ? 'a/one' : `a/one+v${column}`)),
      trials: 1,
      state: Uint8Array.from(score, (value) => (Number.isNaN(value) ? CELL.unscored : CELL.scored)),
      score,
      cost: cells((column, row) => column.cost[row]!),
      latency: cells(() => 1),
      text: Array.from(score, () => null),
      costBasis: 'usd',
    },
    cellKey: Array.from(score, (_, at) => {
      const column = at % columns.length;
      const row = Math.floor(at / columns.length);
      return columns[column]!.keys?.[row] ?? `${column} ${row}`;
    }),
    inputTokens: cells((column, row) => column.tokens?.[row] ?? Number.NaN),
    pairs: columns
      .slice(1)
      .map((_, at) => ({ model: 'a/one', variant: `v${at + 1}`, without: 0, with: at + 1 })),
  };
}

function compared(columns: readonly Column[], groups?: readonly number[]) {
  const groupOf = Int32Array.from(columns[0]!.score, (_, row) => groups?.[row] ?? row);
  const options = { margin: 0.01, alpha: 0.025, resamples: 2000, seed: 1, prefix: 'SIMULATED: ' };
  return compareVariants(measuredOf(columns), { groupOf, ...options });
}

const repeated = <T>(count: number, values: readonly T[]): T[] =>
  Array.from({ length: count }, (_, at) => values[at % values.length]!);

describe('variants against the prompts as they are', () => {
  it('gives the paired numbers of a small example', () => {
    const { variants, warnings } = compared([
      { score: [1, 1, 0, 1], cost: [0.004, 0.002, 0.002, 0.002], tokens: [40, 20, 20, 20] },
      { score: [1, 0, 0, 1], cost: [0.002, 0.001, 0.002, 0.0025], tokens: [20, 10, 20, 20] },
    ]);
    const [one] = variants;
    expect(warnings).toEqual([]);
    expect(one).toMatchObject({ prompts: 4, groups: 4, dropped: 0, changed: 4 });
    expect(one!.qualityWithout.mean).toBeCloseTo(0.75, 12);
    expect(one!.quality.mean).toBeCloseTo(0.5, 12);
    expect(one!.difference.mean).toBeCloseTo(-0.25, 12);
    // 0.0075 of 0.01 in all.
    expect(one!.costSaving.mean).toBeCloseTo(0.25, 12);
    expect(one!.costUsdPer1kWithout.mean).toBeCloseTo(2.5, 12);
    expect(one!.costUsdPer1k.mean).toBeCloseTo(1.875, 12);
    expect([one!.inputTokensWithout, one!.inputTokens]).toEqual([25, 17.5]);
    expect(one!.answer).toBe('too_close');
    expect(one!.text).toMatch(/^SIMULATED: v1 with a\/one is too close to call: its quality/);
  });

  it('resamples differences, not two samples', () => {
    // Quality varies much from prompt to prompt, but the difference is the same on all.
    const score = repeated(100, [0, 0.9]);
    const [one] = compared([
      { score, cost: repeated(100, [1, 9]) },
      { score: score.map((each) => each + 0.1), cost: repeated(100, [0.5, 4.5]) },
    ]).variants;
    for (const bound of [one!.difference.low, one!.difference.high])
      expect(bound).toBeCloseTo(0.1, 9);
    for (const bound of [one!.costSaving.low, one!.costSaving.high])
      expect(bound).toBeCloseTo(0.5, 9);
    expect(one!.quality.high! - one!.quality.low!).toBeGreaterThan(0.1);
    expect(one!.answer).toBe('pays');
  });

  it('draws whole groups', () => {
    const score = repeated(200, [0, 0, 1, 1]);
    const columns = [
      { score, cost: repeated(200, [2]) },
      { score: repeated(200, [1, 0, 1, 0]), cost: repeated(200, [1]) },
    ];
    const width = (groups?: readonly number[]) => {
      const [{ difference, groups: count }] = compared(columns, groups).variants as [
        ReturnType<typeof compared>['variants'][number],
      ];
      return [difference.high! - difference.low!, count] as const;
    };
    const groups = Array.from({ length: 200 }, (_, row) => (row % 4) + 4 * Math.floor(row / 40));
    const [apart, together] = [width(), width(groups)];
    expect([apart[1], together[1]]).toEqual([200, 20]);
    expect(together[0]).toBeGreaterThan(2 * apart[0]);
  });

  it('says that what changes nothing saves nothing, with differences of exactly 0', () => {
    const column = { score: repeated(50, [0, 1]), cost: repeated(50, [1, 3]) };
    const keys = Array.from({ length: 50 }, (_, row) => `${row}`);
    const [one] = compared([
      { ...column, keys },
      { ...column, keys },
    ]).variants;
    expect(one).toMatchObject({ changed: 0, answer: 'does_not_pay' });
    expect(one!.difference).toEqual({ mean: 0, low: 0, high: 0 });
    expect(one!.costSaving).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it('says which lose quality or cost more', () => {
    const base = { score: repeated(300, [1]), cost: repeated(300, [1, 1.1]) };
    const { variants } = compared([
      base,
      { score: repeated(300, [1, 1, 0]), cost: repeated(300, [0.1]) },
      { score: base.score, cost: repeated(300, [1.5, 1.6]) },
    ]);
    expect(variants.map(({ answer }) => answer)).toEqual(['does_not_pay', 'does_not_pay']);
    expect(variants[0]!.text).toContain('quality drops by more than 0.01 (−0.333)');
    expect(variants[1]!.text).toContain('costs 48 % more');
  });

  it('pays only where both hold: quality kept and cost lower', () => {
    const base = { score: repeated(200, [1, 0]), cost: repeated(200, [1, 1.2]) };
    const { variants } = compared([
      base,
      { score: base.score, cost: repeated(200, [1.1, 1.1]) },
      { score: repeated(200, [1, 0, 0.8, 0.2]), cost: repeated(200, [0.5]) },
    ]);
    for (const { pAdjusted, answer } of variants) {
      expect(pAdjusted).toBeGreaterThan(0.025);
      expect(answer).toBe('too_close');
    }
    expect(variants[0]!.text).toMatch(/call: it is not shown to cost less \(saving 0 %\)\.$/);
    expect(variants[1]!.text).toMatch(
      /call: its quality is not shown to stay within 0\.01 .*\)\.$/,
    );
  });

  it("corrects for all of them by Holm's method", () => {
    // Alone the first pays narrowly; among 20 hopeless ones it is not enough.
    const score = repeated(400, [1]);
    const cost = repeated(400, [1]);
    const narrow = {
      score,
      cost: cost.map((each, row) => each - 0.02 + (row % 2 === 0 ? 0.18 : -0.18)),
    };
    const hopeless = { score: repeated(400, [0, 1]), cost };
    const [alone] = compared([{ score, cost }, narrow]).variants;
    expect(alone!.pValue).toBe(alone!.pAdjusted);
    const many = compared([{ score, cost }, narrow, ...repeated(20, [hopeless])]).variants;
    expect(many[0]!.pValue).toBe(alone!.pValue);
    expect(many[0]!.pAdjusted).toBeCloseTo(21 * alone!.pValue!, 12);
    expect([alone!.answer, many[0]!.answer]).toEqual(['pays', 'too_close']);
    expect(many[0]!.text).toContain('not as one of 21 comparisons made');
  });

  it('drops a prompt that lacks a score for all alike, and counts it', () => {
    const score = repeated(20, [1]);
    const cost = repeated(20, [1]);
    const gap = score.map((each, row) => (row === 3 ? Number.NaN : each));
    const { variants, warnings } = compared([
      { score, cost },
      { score: gap, cost },
      { score, cost },
    ]);
    expect(variants.map(({ prompts, dropped }) => [prompts, dropped])).toEqual([
      [19, 1],
      [19, 1],
    ]);
    expect(warnings).toEqual([expect.stringMatching(/^Variants: 1 of 20 prompts/)]);
    const nothing = compared([
      { score, cost },
      { score: score.map(() => Number.NaN), cost },
    ]);
    expect(nothing.variants).toEqual([]);
    expect(nothing.warnings[0]).toMatch(/^Variants are not compared/);
  });
});
