import type { Comparison, Tradeoff } from '../evaluation/index.js';
import {
  count,
  dollars,
  fraction,
  interval,
  milliseconds,
  percent,
  signed,
  UNKNOWN,
} from './numbers.js';
import { type Paint, paint } from './style.js';
import { textTable } from './text-table.js';

export interface ComparisonTextOptions {
  readonly color: boolean;
  /** Every dial point, not just the baselines and each router's chosen setting. */
  readonly all: boolean;
}

const BASELINES = new Set(['always', 'random', 'mixture', 'per-domain', 'oracle']);
const ANSWERS = { route: 'ROUTE', do_not_route: 'DO NOT ROUTE', too_close: 'TOO CLOSE TO CALL' };

/** The comparison for a terminal: the verdict first, then the table it rests on, then where it comes from. */
export function comparisonText(comparison: Comparison, options: ComparisonTextOptions): string {
  const colors = paint(options.color);
  return [
    ...banner(comparison, colors),
    verdictText(comparison, colors),
    '',
    tradeoffTable(comparison, options.all, colors),
    '',
    ...metricsText(comparison, colors),
    ...notes(comparison, colors),
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

function verdictText({ verdict }: Comparison, colors: Paint): string {
  const color =
    verdict.answer === 'route'
      ? colors.green
      : verdict.answer === 'do_not_route'
        ? colors.red
        : colors.yellow;
  const checks = verdict.checks.map(
    (check) => `  ${check.holds ? colors.green('✓') : colors.red('✗')} ${check.text}`,
  );
  return [`${colors.bold(color(ANSWERS[verdict.answer]))}  ${verdict.text}`, ...checks].join('\n');
}

/** Baselines and chosen settings; the whole dial only when asked for, as 33 rows a router hide the rest. */
function shown(tradeoffs: readonly Tradeoff[], all: boolean): readonly Tradeoff[] {
  return tradeoffs.filter(
    ({ router, chosenOnTune }) =>
      all || chosenOnTune || (BASELINES.has(router) && router !== 'mixture'),
  );
}

function tradeoffTable(comparison: Comparison, all: boolean, colors: Paint): string {
  const { costBasis } = comparison;
  const rows = shown(comparison.tradeoffs, all);
  const columns: readonly Column[] = [
    { head: 'policy', align: 'left', cell: (tradeoff) => nameOf(tradeoff, colors) },
    { head: 'quality [95 %]', align: 'left', cell: ({ quality }) => interval(quality, fraction) },
    costBasis === 'usd'
      ? {
          head: '$ per 1k [95 %]',
          align: 'left',
          cell: (row) => interval(row.costUsdPer1k, dollars),
        }
      : { head: 'call share [95 %]', align: 'left', cell: (row) => interval(row.cost, fraction) },
    {
      head: 'Δ quality [95 %]',
      align: 'left',
      cell: ({ qualityDelta }) => interval(qualityDelta, signed(fraction)),
    },
    {
      head: 'saving [95 %]',
      align: 'left',
      cell: ({ costSaving }) => interval(costSaving, (value) => percent(value, 0)),
    },
    { head: 'p50', align: 'right', cell: ({ latencyMs }) => milliseconds(latencyMs.p50) },
    { head: 'answers by model', align: 'left', cell: sharesText },
  ];
  // A column that says nothing on any row only pushes the others apart.
  const telling = columns.filter(({ cell }) => rows.some((row) => cell(row) !== UNKNOWN));
  return textTable(
    telling.map(({ head }) => colors.bold(head)),
    rows.map((row) => telling.map(({ cell }) => cell(row))),
    telling.map(({ align }) => align),
  );
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cell: (tradeoff: Tradeoff) => string;
}

function nameOf(tradeoff: Tradeoff, colors: Paint): string {
  const marks = [tradeoff.chosenOnTune ? '*' : '', tradeoff.frontier ? '^' : ''].join('');
  const name = `${tradeoff.policy}${marks ? ` ${marks}` : ''}`;
  if (tradeoff.router === 'oracle') return colors.dim(`${name} (ex post, includes luck)`);
  return tradeoff.chosenOnTune ? colors.cyan(name) : name;
}

function sharesText({ shares }: Tradeoff): string {
  const entries = Object.entries(shares)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a);
  const first = entries
    .slice(0, 2)
    .map(([model, share]) => `${shortName(model)} ${percent(share, 0)}`);
  return [...first, ...(entries.length > 2 ? [`+${entries.length - 2} more`] : [])].join(', ');
}

function shortName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}

function metricsText({ metrics }: Comparison, colors: Paint): readonly string[] {
  if (metrics.length === 0) return [];
  const rows = metrics.map((metric) => [
    metric.router,
    interval(metric.aiq, fraction),
    interval(metric.apgr, fraction),
    interval(metric.cpt50, fraction),
    interval(metric.cpt80, fraction),
    interval(metric.costSave, (value) => percent(value, 0)),
  ]);
  const head = ['router', 'AIQ', 'APGR', 'CPT 50 %', 'CPT 80 %', 'cost saved at equal quality'];
  const align = ['left', 'left', 'left', 'left', 'left', 'left'] as const;
  return [
    textTable(
      head.map((text) => colors.bold(text)),
      rows,
      align,
    ),
    '',
  ];
}

function notes(comparison: Comparison, colors: Paint): readonly string[] {
  const { splits, provenance } = comparison;
  const method =
    splits.folds > 1
      ? `${splits.folds}-fold cross-fitting over ${count(splits.groups)} groups (under 2,000 prompts): figures describe the procedure`
      : `fit ${count(splits.fit)}, tune ${count(splits.tune)}, test ${count(splits.test)} prompts in ${count(splits.groups)} groups`;
  const lines = [
    `* setting chosen on tune · ^ on the frontier · Δ quality and saving against ${comparison.reference}, the best single model on tune`,
    `${method}; intervals cover the sampling of prompts, not of training (bootstrap over groups, B = ${count(comparison.bootstrap)})`,
    `judge ${comparison.judge} · cost basis ${comparison.costBasis} · seed ${comparison.seed} · split seed ${comparison.splitSeed} · data ${provenance.dataHash.slice(0, 12)} · switchyard ${provenance.codeVersion} · reading ${comparison.testReadings} of this test part`,
    ...comparison.leftOut.map(({ router, reason }) => `left out: ${router}: ${reason}`),
  ];
  return [
    ...lines.map((line) => colors.dim(line)),
    ...comparison.warnings.map((warning) => colors.yellow(`warning: ${warning}`)),
  ];
}
