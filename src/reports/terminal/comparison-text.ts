import type { Comparison, Tradeoff } from '../../evaluation/index.js';
import { comparisonNotes } from '../comparison-notes.js';
import { shortModelNames } from '../model-names.js';
import {
  dollars,
  fraction,
  interval,
  milliseconds,
  percent,
  percentPoints,
  signed,
  UNKNOWN,
} from '../numbers.js';
import { sampleText } from '../sample-text.js';
import { isBaseline, isLookup, shownTradeoffs } from '../shown-tradeoffs.js';
import { SIMULATED } from '../simulated.js';
import { type Paint, paint } from '../style.js';
import { firstThatFits, textTable } from '../text-table.js';
import { ANSWERS, verdictSentence } from '../verdict-words.js';
import { wrap } from '../wrap.js';
import { frontierPlot } from './frontier-plot.js';
import {
  answersAsked,
  calibrationText,
  differencesText,
  heading,
  learningCurveText,
  prequentialText,
} from './further-sections.js';
import { variantsText } from './variants-text.js';

export interface ComparisonTextOptions {
  readonly color: boolean;
  /** Every dial point and every detail, not just the baselines and each router's chosen setting. */
  readonly all: boolean;
  /** Width to fit into, as far as it goes. */
  readonly columns: number;
}

/** The comparison for a terminal: the verdict first, then the table it rests on, then where it comes from. */
export function comparisonText(comparison: Comparison, options: ComparisonTextOptions): string {
  const colors = paint(options.color);
  const width = Math.min(options.columns, 120);
  const rows = shownTradeoffs(comparison, options.all);
  const names = shortModelNames(comparison.tradeoffs.flatMap(({ shares }) => Object.keys(shares)));
  const section = { colors, width, all: options.all };
  return [
    ...banner(comparison, colors),
    verdictText(comparison, colors, width),
    '',
    ...answersAsked(comparison, section),
    heading('policies', `95 % intervals over ${sampleText(comparison)}`, colors),
    tradeoffTable(comparison, rows, names, colors, width),
    '',
    ...frontierPlot(comparison, names, colors, width),
    ...variantsText(comparison, section),
    ...metricsText(comparison, colors, width),
    ...differencesText(comparison, section),
    ...calibrationText(comparison, section),
    ...prequentialText(comparison, section),
    ...learningCurveText(comparison, section),
    ...sharesText(comparison, rows, names, options.all, colors, width),
    ...notes(comparison, rows, colors, width),
    '',
  ].join('\n');
}

function banner(comparison: Comparison, colors: Paint): readonly string[] {
  return comparison.simulated ? [colors.yellow(SIMULATED), ''] : [];
}

function verdictText(comparison: Comparison, colors: Paint, width: number): string {
  const { verdict } = comparison;
  const color =
    verdict.answer === 'route'
      ? colors.green
      : verdict.answer === 'do_not_route'
        ? colors.red
        : colors.yellow;
  const checks = verdict.checks.map(({ holds, text }) => {
    const mark = holds ? colors.green('✓') : colors.red('✗');
    return `  ${mark} ${wrap(text, width - 4).replaceAll('\n', '\n    ')}`;
  });
  return [
    colors.bold(color(ANSWERS[verdict.answer])),
    wrap(verdictSentence(verdict), width),
    ...checks,
    ...(checks.length > 0 ? [colors.dim(`    over ${sampleText(comparison)}`)] : []),
  ].join('\n');
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cell: (tradeoff: Tradeoff) => string;
}

/** The widest form that fits: latency goes first, then intervals that others imply. */
function tradeoffTable(
  comparison: Comparison,
  rows: readonly Tradeoff[],
  names: (model: string) => string,
  colors: Paint,
  width: number,
): string {
  const { policy, quality, qualityOnly, cost, delta, deltaOnly, saving, savingOnly, p50 } =
    columnsOf(comparison, names, colors);
  const forms: readonly (readonly Column[])[] = [
    [policy, quality, cost, delta, saving, p50],
    [policy, quality, cost, delta, saving],
    [policy, qualityOnly, cost, delta, saving],
    [policy, qualityOnly, cost, delta, savingOnly],
    [policy, qualityOnly, cost, deltaOnly, savingOnly],
  ];
  const tables = forms.map((columns) => {
    // A column that says nothing on any row only pushes the others apart.
    const telling = columns.filter(({ cell }) => rows.some((row) => cell(row) !== UNKNOWN));
    return textTable(
      telling.map(({ head }) => colors.bold(head)),
      rows.map((row) => telling.map(({ cell }) => cell(row))),
      telling.map(({ align }) => align),
    );
  });
  return firstThatFits(tables, width);
}

function columnsOf(
  { costBasis, reference }: Comparison,
  names: (model: string) => string,
  colors: Paint,
) {
  const isReference = ({ policy }: Tradeoff): boolean => policy === `always@${reference}`;
  const whole = (value: number | null): string => percent(value, 0);
  const column = (head: string, cell: Column['cell'], align: Column['align'] = 'left'): Column => ({
    head,
    align,
    cell,
  });
  return {
    policy: column('policy', (row) => nameOf(row, names, colors)),
    quality: column('quality [95 %]', ({ quality }) => interval(quality, fraction)),
    qualityOnly: column('quality', ({ quality }) => fraction(quality.mean), 'right'),
    cost:
      costBasis === 'usd'
        ? column('$ per 1k', ({ costUsdPer1k }) => dollars(costUsdPer1k.mean), 'right')
        : column('call share', ({ cost }) => fraction(cost.mean), 'right'),
    delta: column('Δ quality [95 %]', (row) =>
      isReference(row) ? 'reference' : interval(row.qualityDelta, signed(fraction)),
    ),
    deltaOnly: column(
      'Δ quality',
      ({ qualityDelta }) => signed(fraction)(qualityDelta.mean),
      'right',
    ),
    saving: column('saving [95 %]', (row) =>
      isReference(row) ? UNKNOWN : interval(row.costSaving, whole, percentPoints),
    ),
    savingOnly: column('saving', ({ costSaving }) => whole(costSaving.mean), 'right'),
    p50: column('p50', ({ latencyMs }) => milliseconds(latencyMs.p50), 'right'),
  };
}

function nameOf(row: Tradeoff, names: (model: string) => string, colors: Paint): string {
  const marks = [
    row.router === 'oracle' ? '†' : '',
    row.chosenOnTune ? '*' : '',
    row.frontier ? '^' : '',
  ].join('');
  const policy = row.router === 'always' ? `always@${names(row.dial)}` : row.policy;
  const name = `${policy}${marks ? ` ${marks}` : ''}`;
  if (row.router === 'oracle') return colors.dim(name);
  return row.chosenOnTune ? colors.cyan(name) : name;
}

/** Further rows than this say little each: then only those that the verdict weighs are shown. */
const MOST_SHARES = 6;

/** Which models gave the answers, of the policies for which the name does not say it. */
function sharesText(
  { verdict }: Comparison,
  rows: readonly Tradeoff[],
  names: (model: string) => string,
  all: boolean,
  colors: Paint,
  width: number,
): readonly string[] {
  const routed = rows.filter((row) => !isBaseline(row) || row.router === 'oracle');
  const few = all || routed.length <= MOST_SHARES;
  const told = few
    ? routed
    : routed.filter(
        (row) =>
          row.router === 'oracle' || isLookup(row) || row.frontier || row.policy === verdict.policy,
      );
  if (told.length === 0) return [];
  const longest = Math.max(...told.map(({ policy }) => policy.length));
  const lines = told.map(({ policy, shares }) => {
    const entries = Object.entries(shares)
      .filter(([, share]) => share >= 0.005)
      .sort(([, a], [, b]) => b - a)
      .map(([model, share]) => `${names(model)} ${percent(share, 0)}`);
    const said = (first: number): string => {
      const more = entries.length - first;
      return [...entries.slice(0, first), ...(more > 0 ? [`+${more} more`] : [])].join(', ');
    };
    const room = width - longest - 2;
    const most = entries.findLastIndex((_, index) => said(index + 1).length <= room) + 1;
    return `${policy.padEnd(longest)}  ${said(Math.max(most, 1))}`;
  });
  const rest = routed.length - told.length;
  return [
    colors.bold('answers by model'),
    ...lines,
    ...(rest > 0 ? [colors.dim(`${rest} more with --all`)] : []),
    '',
  ];
}

function metricsText(comparison: Comparison, colors: Paint, width: number): readonly string[] {
  const { metrics } = comparison;
  if (metrics.length === 0) return [];
  const whole = (value: number | null): string => percent(value, 0);
  const head = ['router', 'AIQ', 'APGR', 'CPT 50 %', 'CPT 80 %', 'cost saved at equal quality'];
  const table = (show: typeof interval): string =>
    textTable(
      head.map((text) => colors.bold(text)),
      metrics.map((metric) => [
        metric.router,
        show(metric.aiq, fraction),
        show(metric.apgr, fraction),
        show(metric.cpt50, fraction),
        show(metric.cpt80, fraction),
        show(metric.costSave, whole, percentPoints),
      ]),
      ['left', 'left', 'left', 'left', 'left', 'left'],
    );
  return [
    heading('metrics over the whole dial', sampleText(comparison), colors),
    firstThatFits([table(interval), table(({ mean }, write) => write(mean))], width),
    '',
  ];
}

function notes(
  comparison: Comparison,
  rows: readonly Tradeoff[],
  colors: Paint,
  width: number,
): readonly string[] {
  return comparisonNotes(comparison, rows).map(({ kind, text }) =>
    kind === 'warning'
      ? colors.yellow(wrap(`warning: ${text}`, width, '  '))
      : colors.dim(wrap(text, width, '  ')),
  );
}
