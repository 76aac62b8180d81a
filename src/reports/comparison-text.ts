import type { Comparison, Tradeoff } from '../evaluation/index.js';
import { shortModelNames } from './model-names.js';
import {
  count,
  dollars,
  fraction,
  interval,
  milliseconds,
  percent,
  percentPoints,
  signed,
  UNKNOWN,
} from './numbers.js';
import { type Paint, paint } from './style.js';
import { firstThatFits, textTable } from './text-table.js';
import { withinDomainsText } from './within-domains-text.js';
import { wrap } from './wrap.js';

export interface ComparisonTextOptions {
  readonly color: boolean;
  /** Every dial point, not just the baselines and each router's chosen setting. */
  readonly all: boolean;
  /** Width to fit into, as far as it goes. */
  readonly columns: number;
}

const BASELINES = ['always', 'random', 'mixture', 'oracle'];
/** Between its ends, which are models. */
const SHOWN_MIXTURES = new Set(['0.25', '0.5', '0.75']);
const ANSWERS = { route: 'ROUTE', do_not_route: 'DO NOT ROUTE', too_close: 'TOO CLOSE TO CALL' };

/** The comparison for a terminal: the verdict first, then the table it rests on, then where it comes from. */
export function comparisonText(comparison: Comparison, options: ComparisonTextOptions): string {
  const colors = paint(options.color);
  const width = Math.min(options.columns, 120);
  const rows = inOrder(shown(comparison.tradeoffs, options.all));
  const names = shortModelNames(comparison.tradeoffs.flatMap(({ shares }) => Object.keys(shares)));
  return [
    ...banner(comparison, colors),
    verdictText(comparison, colors, width),
    '',
    tradeoffTable(comparison, rows, names, colors, width),
    '',
    ...sharesText(rows, names, colors, width),
    ...metricsText(comparison, colors, width),
    ...notes(comparison, rows, colors, width),
    '',
  ].join('\n');
}

function banner(comparison: Comparison, colors: Paint): readonly string[] {
  if (!comparison.simulated) return [];
  return [
    colors.yellow(
      'SIMULATED outcomes: this shows how it works, and is no evidence about any model.',
    ),
    '',
  ];
}

function verdictText({ verdict }: Comparison, colors: Paint, width: number): string {
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
  // The heading has said it already.
  const rest = verdict.text.replace(new RegExp(`${ANSWERS[verdict.answer]}: `, 'i'), '');
  const text = rest.charAt(0).toUpperCase() + rest.slice(1);
  return [colors.bold(color(ANSWERS[verdict.answer])), wrap(text, width), ...checks].join('\n');
}

/** Baselines and chosen settings; the whole dial only when asked for, as 33 rows a router hide the rest. */
function shown(tradeoffs: readonly Tradeoff[], all: boolean): readonly Tradeoff[] {
  return tradeoffs.filter(
    ({ router, dial, chosenOnTune }) =>
      all ||
      chosenOnTune ||
      router === 'per-domain' ||
      (router === 'mixture' ? SHOWN_MIXTURES.has(dial) : BASELINES.includes(router)),
  );
}

/** Baselines first, then the routers; each from cheap to dear. */
function inOrder(tradeoffs: readonly Tradeoff[]): readonly Tradeoff[] {
  const rank = ({ router }: Tradeoff): number =>
    BASELINES.includes(router) ? BASELINES.indexOf(router) : BASELINES.length;
  const cost = (row: Tradeoff): number => row.costUsdPer1k.mean ?? row.cost.mean ?? 0;
  return tradeoffs.toSorted((a, b) => rank(a) - rank(b) || cost(a) - cost(b));
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

/** Which models gave the answers, of the policies for which the name does not say it. */
function sharesText(
  rows: readonly Tradeoff[],
  names: (model: string) => string,
  colors: Paint,
  width: number,
): readonly string[] {
  const routed = rows.filter(({ router }) => !BASELINES.includes(router) || router === 'oracle');
  if (routed.length === 0) return [];
  const longest = Math.max(...routed.map(({ policy }) => policy.length));
  const lines = routed.map(({ policy, shares }) => {
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
  return [colors.bold('answers by model'), ...lines, ''];
}

function metricsText({ metrics }: Comparison, colors: Paint, width: number): readonly string[] {
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
  return [firstThatFits([table(interval), table(({ mean }, write) => write(mean))], width), ''];
}

function notes(
  comparison: Comparison,
  rows: readonly Tradeoff[],
  colors: Paint,
  width: number,
): readonly string[] {
  const { splits, provenance } = comparison;
  const method =
    splits.folds > 1
      ? `${splits.folds}-fold cross-fitting over ${count(splits.groups)} groups (under 2,000 prompts): figures describe the procedure`
      : `fit ${count(splits.fit)}, tune ${count(splits.tune)}, test ${count(splits.test)} prompts in ${count(splits.groups)} groups${splits.testGroups === undefined ? '' : `, ${count(splits.testGroups)} of them to test`}`;
  const marks = [
    rows.some(({ chosenOnTune }) => chosenOnTune) ? '* setting chosen on tune' : '',
    rows.some(({ frontier }) => frontier) ? '^ on the frontier' : '',
    rows.some(({ router }) => router === 'oracle') ? '† ex post, includes luck' : '',
    `Δ quality and saving against ${comparison.reference}, the best single model on tune`,
  ];
  const lines = [
    marks.filter(Boolean).join(' · '),
    `${method}; intervals cover the sampling of prompts, not of training (bootstrap over groups, B = ${count(comparison.bootstrap)})`,
    `judge ${comparison.judge} · cost basis ${comparison.costBasis} · seed ${comparison.seed} · split seed ${comparison.splitSeed} · data ${provenance.dataHash.slice(0, 12)} · switchyard ${provenance.codeVersion} · reading ${comparison.testReadings} of this test part`,
    ...withinDomainsText(comparison),
    ...comparison.leftOut.map(({ router, reason }) => `left out: ${router}: ${reason}`),
  ];
  return [
    ...lines.map((line) => colors.dim(wrap(line, width, '  '))),
    ...comparison.warnings.map((warning) =>
      colors.yellow(wrap(`warning: ${warning}`, width, '  ')),
    ),
  ];
}
