import type { Comparison, MetricDifference, RouterCalibration } from '../../evaluation/index.js';
import { count, dollars, fraction, interval, percent, signed } from '../numbers.js';
import type { Paint } from '../style.js';
import { firstThatFits, textTable } from '../text-table.js';
import { wrap } from '../wrap.js';

/** How a section is laid out. */
export interface SectionOptions {
  readonly colors: Paint;
  readonly width: number;
  /** Every row, not the few that matter first. */
  readonly all: boolean;
}

/** What the user asked of a policy, and of models over runs: answered before everything else. */
export function answersAsked(
  { choice, regressions = [] }: Comparison,
  { colors, width }: SectionOptions,
): readonly string[] {
  const chosen = choice
    ? [
        `${choice.met ? colors.green('✓') : colors.red('✗')} ${wrap(choice.text, width - 2, '  ')}`,
        '',
      ]
    : [];
  if (regressions.length === 0) return chosen;
  const [first] = regressions;
  const rows = regressions.map((one) => [
    one.regressed ? colors.red('✗ regressed') : colors.green('✓'),
    one.model,
    `${one.from} → ${one.to}`,
    interval(one.difference, signed(fraction)),
  ]);
  const narrow = rows.map(([mark = '', model = '', , difference = '']) => [
    mark,
    model,
    difference,
  ]);
  const head = bold(['', 'model', 'run', 'Δ quality [95 %]'], colors);
  return [
    ...chosen,
    heading('later runs against the first', first === undefined ? '' : sizes(first), colors),
    firstThatFits(
      [
        textTable(head, rows, ['left', 'left', 'left', 'left']),
        textTable([...head.slice(0, 2), ...head.slice(3)], narrow, ['left', 'left', 'left']),
      ],
      width,
    ),
    '',
  ];
}

const ROLES: Readonly<Record<MetricDifference['role'], string>> = {
  lookup: 'the lookup by domain',
  best_single_shot: 'the best single call',
  best_member: 'its best member',
};

/** Whether one router is better than another that was named beforehand. */
export function differencesText(
  { metricDifferences = [] }: Comparison,
  { colors, width, all }: SectionOptions,
): readonly string[] {
  const first = all
    ? metricDifferences
    : metricDifferences.filter(({ metric }) => metric === 'aiq');
  const shown = first.length > 0 ? first : metricDifferences;
  const [one] = shown;
  if (one === undefined) return [];
  const rows = shown.map((row) => [
    row.metric === 'quality' ? 'quality' : row.metric.toUpperCase(),
    row.router,
    `${row.against}, ${ROLES[row.role]}`,
    interval(row.difference, signed(fraction)),
    verdictOf(row.difference),
  ]);
  const head = bold(['of', 'router', 'less that of', 'difference [95 %]', ''], colors);
  const align = ['left', 'left', 'left', 'left', 'left'] as const;
  const short = rows.map(([of = '', router = '', , difference = ''], index) => [
    of,
    router,
    shown[index]?.against ?? '',
    difference,
  ]);
  return [
    heading('differences', sizes(one), colors),
    firstThatFits(
      [textTable(head, rows, align), textTable(head.slice(0, 4), short, align.slice(0, 4))],
      width,
    ),
    '',
  ];
}

function verdictOf({ low, high }: MetricDifference['difference']): string {
  if (low === null || high === null) return '';
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'a tie';
}

/** How far forecasts can be taken at their word. */
export function calibrationText(
  { calibration = [], costBasis }: Comparison,
  { colors, width }: SectionOptions,
): readonly string[] {
  const [one] = calibration;
  if (one === undefined) return [];
  const cost = (value: number | null): string => dollars(value === null ? null : 1000 * value);
  // A share of calls is known as soon as the call is chosen, so that forecasting it says nothing.
  const priced = costBasis === 'usd';
  const table = (show: typeof interval): string =>
    textTable(
      bold(
        ['router', 'forecasts', 'ECE', 'Brier', ...(priced ? ['$ per 1k, forecast → real'] : [])],
        colors,
      ),
      calibration.map((row) => [
        row.router,
        row.of === 'quality' ? 'quality' : 'an answer',
        show(row.ece, fraction),
        show(row.brier, fraction),
        ...(!priced
          ? []
          : row.cost === null
            ? ['–']
            : [`${cost(row.cost.forecast)} → ${show(row.cost.realised, cost)}`]),
      ]),
      ['left', 'left', 'left', 'left', 'left'],
    );
  return [
    heading('calibration of forecasts', sizes(largest(calibration)), colors),
    firstThatFits([table(interval), table(({ mean }, write) => write(mean))], width),
    '',
  ];
}

const largest = (calibration: readonly RouterCalibration[]): RouterCalibration =>
  calibration.reduce((most, one) => (one.prompts > most.prompts ? one : most));

/** Online routers that start from nothing. */
export function prequentialText(
  { prequential = [] }: Comparison,
  { colors, width }: SectionOptions,
): readonly string[] {
  const [one] = prequential;
  if (one === undefined) return [];
  const spread = ({ mean, smallest, largest: most }: typeof one.regret): string =>
    `${signed(small)(mean)} (${signed(small)(smallest)} to ${signed(small)(most)})`;
  const rows = prequential.map((row) => [
    `${row.router}@${row.dial}`,
    spread(row.regret),
    fraction(row.quality.mean),
    row.against,
  ]);
  const wide = bold(['router', 'regret a prompt', 'quality', 'against always'], colors);
  const narrow = rows.map((cells) => cells.slice(0, 3));
  return [
    colors.bold('learning as it goes'),
    colors.dim(
      wrap(
        `${count(one.prompts)} prompts in ${count(one.orders)} seeded orders; in brackets the smallest and largest over orders, no interval`,
        width,
      ),
    ),
    firstThatFits(
      [
        textTable(wide, rows, ['left', 'left', 'right', 'left']),
        textTable(wide.slice(0, 3), narrow, ['left', 'left', 'right']),
      ],
      width,
    ),
    '',
  ];
}

const small = (value: number | null): string => (value === null ? '–' : value.toFixed(4));

/** Whether more data to fit on would help. */
export function learningCurveText(
  { learningCurve, splits }: Comparison,
  { colors }: SectionOptions,
): readonly string[] {
  if (!learningCurve || learningCurve.points.length === 0) return [];
  const rows = learningCurve.points.map((point) => [
    percent(point.share, 0),
    count(point.fit),
    interval(point.aiq, fraction),
    interval(point.quality, fraction),
  ]);
  const groups = splits.testGroups ?? splits.groups;
  return [
    heading(
      `learning curve of ${learningCurve.router}`,
      `${count(splits.test)} test prompts in ${count(groups)} groups`,
      colors,
    ),
    textTable(bold(['of the fit part', 'prompts', 'AIQ [95 %]', 'quality [95 %]'], colors), rows, [
      'right',
      'right',
      'left',
      'left',
    ]),
    '',
  ];
}

export const bold = (texts: readonly string[], colors: Paint): readonly string[] =>
  texts.map((text) => (text === '' ? '' : colors.bold(text)));

export const heading = (title: string, over: string, colors: Paint): string =>
  `${colors.bold(title)} ${colors.dim(`(${over})`)}`;

const sizes = ({ prompts, groups }: { readonly prompts: number; readonly groups: number }) =>
  `${count(prompts)} prompts, ${count(groups)} groups`;
