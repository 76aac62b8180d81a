import type { Comparison, Estimate, RouterMetrics } from '../../evaluation/index.js';
import { PALETTE } from '../charts/palette.js';
import { intervalChart } from '../charts/small-charts.js';
import { html, type Markup, trusted } from '../markup.js';
import { count, fraction, percent, percentPoints, signed } from '../numbers.js';
import { familyOf } from '../router-families.js';
import { sampleText } from '../sample-text.js';
import { estimateCell, numberCell, sortableTable, textCell } from './tables.js';

const colorOf = (router: string): string =>
  router === 'mixture' ? PALETTE.baseline : PALETTE[familyOf(router)];

/** Metrics over the whole dial, and what of them is a difference. */
export function metricsSection(comparison: Comparison): Markup {
  const { metrics } = comparison;
  if (metrics.length === 0) return html``;
  const drawn: readonly (readonly [string, (metric: RouterMetrics) => Estimate, string])[] = [
    ['AIQ', ({ aiq }) => aiq, 'mean quality over the cost range'],
    ['APGR', ({ apgr }) => apgr, 'mean share of the quality gap recovered'],
  ];
  const baseline = metrics.find(({ router }) => router === 'mixture');
  return html`<h2>Metrics over the whole dial</h2>
<p class="faint">95 % intervals over ${sampleText(comparison)}. Dashed: the random mixture of models.</p>
<ul class="small">${drawn.map(([name, of, meaning]) => {
    const mark = baseline === undefined ? null : of(baseline).mean;
    const chart = intervalChart(
      metrics.map((metric) => ({
        label: metric.router,
        estimate: of(metric),
        color: colorOf(metric.router),
      })),
      {
        name,
        width: 480,
        write: (value) => String(Number(value.toFixed(3))),
        ...(mark === null ? {} : { mark }),
      },
    );
    return chart === null
      ? ''
      : html`<li><strong>${name}</strong> <span class="faint">${meaning}</span><br>${trusted(chart)}</li>`;
  })}</ul>
<details><summary>All metrics</summary>${sortableTable<RouterMetrics>(
    [
      { head: 'router', cell: ({ router }) => textCell(router) },
      { head: 'AIQ', cell: ({ aiq }) => estimateCell(aiq, fraction) },
      { head: 'AIQ, log cost', cell: ({ aiqLog }) => estimateCell(aiqLog, fraction) },
      { head: 'AIQ as published', cell: ({ aiqPaper }) => estimateCell(aiqPaper, fraction) },
      { head: 'APGR', cell: ({ apgr }) => estimateCell(apgr, fraction) },
      { head: 'CPT 50 %', cell: ({ cpt50 }) => estimateCell(cpt50, fraction) },
      { head: 'CPT 80 %', cell: ({ cpt80 }) => estimateCell(cpt80, fraction) },
      {
        head: 'saved at equal quality',
        cell: ({ costSave }) => estimateCell(costSave, (value) => percent(value, 0), percentPoints),
      },
    ],
    metrics,
    { caption: `95 % intervals over ${sampleText(comparison)}` },
  )}</details>
${differences(comparison)}${tests(comparison)}`;
}

const ROLES = {
  lookup: 'less the lookup by domain',
  best_single_shot: 'less the best single call on tune',
  best_member: 'less its best member on tune',
} as const;

function differences({ metricDifferences = [] }: Comparison): Markup {
  const [first] = metricDifferences;
  if (first === undefined) return html``;
  const panels = [...new Set(metricDifferences.map(({ metric, role }) => `${metric} ${role}`))].map(
    (key) => metricDifferences.filter(({ metric, role }) => `${metric} ${role}` === key),
  );
  return html`<h2>Is one better than another?</h2>
<p class="faint">Paired differences on the same resamples, 95 % intervals over ${count(first.prompts)} prompts in ${count(first.groups)} groups. Right of the dashed line is better; an interval across it is a tie.</p>
<ul class="small">${panels.map((rows) => {
    const [one] = rows;
    if (one === undefined) return '';
    const name = `${one.metric === 'quality' ? 'quality' : one.metric.toUpperCase()} ${ROLES[one.role]}`;
    const against = new Set(rows.map((row) => row.against)).size === 1 ? ` (${one.against})` : '';
    const chart = intervalChart(
      rows.map(({ router, difference }) => ({
        label: router,
        estimate: difference,
        color: colorOf(router),
      })),
      {
        name,
        width: 480,
        write: (value) => signed((each) => String(each))(Number(value.toFixed(3))),
        mark: 0,
      },
    );
    return chart === null
      ? ''
      : html`<li><strong>${name}</strong><span class="faint">${against}</span><br>${trusted(chart)}</li>`;
  })}</ul>`;
}

function tests({ operatingPoints = [] }: Comparison): Markup {
  if (operatingPoints.length === 0) return html``;
  const [{ prompts, groups } = {}] = operatingPoints;
  const over =
    prompts === undefined || groups === undefined
      ? ''
      : ` over ${count(prompts)} prompts in ${count(groups)} groups`;
  const small = (value: number | null): string =>
    value === null ? '–' : value < 0.001 ? '< 0.001' : value.toFixed(3);
  return html`<details><summary>Tests of each router's chosen setting</summary>${sortableTable(
    [
      { head: 'policy', cell: ({ policy }) => textCell(policy) },
      { head: 'against', cell: ({ against }) => textCell(against) },
      { head: 'Δ quality', cell: ({ difference }) => estimateCell(difference, signed(fraction)) },
      { head: 'p', cell: ({ pValue }) => numberCell(pValue, small) },
      { head: 'p, Holm', cell: ({ pAdjusted }) => numberCell(pAdjusted, small) },
    ],
    operatingPoints,
    {
      caption: `One-sided${over}; reference: the drop is within the margin; mixture: the gain is above 0`,
    },
  )}</details>`;
}
