import type {
  CacheCalibration,
  CalibrationCurve,
  KindFigures,
  ThresholdFigures,
} from '../caches/index.js';
import { count, percent, UNKNOWN } from './numbers.js';
import { paint } from './style.js';
import { textTable } from './text-table.js';

/** Every so many thresholds of the curve are shown, and the chosen ones. */
const SHOWN = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999];
const BAR = 20;

/** What a calibration found, for a person: the choice, the curve, and the kinds of pairs. */
export function cacheCalibrationText(
  calibration: CacheCalibration,
  options: { readonly color: boolean },
): string {
  const colors = paint(options.color);
  const { threshold, without_guards: plain, max_false_hits: bound, embeddings } = calibration;
  const title = `Similar answers by ${embeddings}, guards ${calibration.guards}, at most ${percent(bound, 2)} false hits`;
  const choice =
    threshold === null
      ? colors.yellow('No threshold keeps false hits within the bound, even with the guards.')
      : `Threshold ${colors.bold(String(threshold))}: the lowest from which on the upper 95 % bound of false hits stays within ${percent(bound, 2)}.`;
  const { test } = calibration;
  const broken =
    test === null || test.falseHitUpper <= bound
      ? []
      : [
          `On the test part they may be ${percent(test.falseHitUpper, 2)}: above the bound, which is not shown to hold for pairs it was not chosen on.`,
        ];
  return `${[
    colors.bold(title),
    choice,
    ...broken.map(colors.yellow),
    '',
    chosenTable(calibration, plain),
    '',
    colors.bold('By threshold, on the calibration part'),
    curveTable(calibration, plain),
    '',
    colors.bold('By kind of pair, each at its own threshold'),
    kindTable(calibration.kinds),
    '',
    'False hits are hits on pairs with different answers. The bound is Clopper–Pearson, one-sided, 95 %, and holds for pairs like these.',
  ].join('\n')}\n`;
}

function chosenTable(guarded: CalibrationCurve, plain: CalibrationCurve): string {
  const rows = [['with guards', guarded] as const, ['similarity alone', plain] as const].flatMap(
    ([name, curve]) => {
      if (curve.threshold === null) return [[name, UNKNOWN, '', UNKNOWN, UNKNOWN, UNKNOWN]];
      const chosenOn = curve.calibration.find(({ threshold }) => threshold === curve.threshold);
      return [
        ['calibration', chosenOn] as const,
        ['test', curve.test ?? undefined] as const,
      ].flatMap(([part, figures]) =>
        figures === undefined
          ? []
          : [[name, String(curve.threshold), part, ...figureCells(figures)]],
      );
    },
  );
  return textTable(['', 'threshold', 'part', 'hits', 'false hits', 'upper bound'], rows, [
    'left',
    'right',
    'left',
    'right',
    'right',
    'right',
  ]);
}

const figureCells = (figures: ThresholdFigures): string[] => [
  `${count(figures.hits)} of ${count(figures.same)} (${shareOf(figures.hits, figures.same)})`,
  `${count(figures.falseHits)} of ${count(figures.different)}`,
  percent(figures.falseHitUpper, 2),
];

function curveTable(guarded: CalibrationCurve, plain: CalibrationCurve): string {
  const chosen = [guarded.threshold, plain.threshold];
  const rows = guarded.calibration.flatMap((figures, at) => {
    const { threshold } = figures;
    if (!SHOWN.includes(threshold) && !chosen.includes(threshold)) return [];
    const alone = plain.calibration[at]!;
    return [
      [
        `${threshold}${threshold === guarded.threshold ? ' *' : ''}`,
        shareOf(figures.hits, figures.same),
        percent(figures.falseHitUpper, 2),
        '█'.repeat(Math.round((BAR * figures.hits) / Math.max(1, figures.same))).padEnd(BAR, '·'),
        shareOf(alone.hits, alone.same),
        percent(alone.falseHitUpper, 2),
      ],
    ];
  });
  return textTable(
    ['threshold', 'hits', 'false, at most', 'hits with guards', 'hits alone', 'false, at most'],
    rows,
    ['left', 'right', 'right', 'left', 'right', 'right'],
  );
}

function kindTable(kinds: readonly KindFigures[]): string {
  const hits = (value: number | null, pairs: number): string =>
    value === null ? UNKNOWN : `${count(value)} (${shareOf(value, pairs)})`;
  return textTable(
    ['kind', 'answer', 'part', 'pairs', 'hits with guards', 'hits alone'],
    kinds.map(({ kind, same, split, pairs, hits: guarded, hitsWithoutGuards }) => [
      kind,
      same ? 'same' : 'different',
      split,
      count(pairs),
      hits(guarded, pairs),
      hits(hitsWithoutGuards, pairs),
    ]),
    ['left', 'left', 'left', 'right', 'right', 'right'],
  );
}

const shareOf = (part: number, whole: number): string =>
  percent(whole === 0 ? null : part / whole, 0);
