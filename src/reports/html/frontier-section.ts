import type { Comparison } from '../../evaluation/index.js';
import type { FrontierData } from '../charts/frontier-chart.js';
import { html, type Markup } from '../markup.js';
import { shortModelNames } from '../model-names.js';
import { dollars, fraction, milliseconds, percent, percentPoints, signed } from '../numbers.js';
import { sampleText } from '../sample-text.js';
import { isBaseline, shownTradeoffs } from '../shown-tradeoffs.js';
import { estimateCell, numberCell, sortableTable, textCell } from './tables.js';

/** The interactive drawing; without scripts, the picture of it. */
export function frontierSection(comparison: Comparison, data: FrontierData): Markup {
  const axes = data.logDomain === null ? [] : (['log', 'linear'] as const);
  return html`<h2 id="frontier-title">Quality against cost</h2>
<p class="faint">${sampleText(comparison)}. Whiskers and bands are 95 % intervals; the dashed line is the random mixture of models: what a coin reaches that never reads the prompt. The dial of one router is drawn with its band: point at another, or at its button.</p>
<div class="controls" role="group" aria-label="Routers shown">${data.routers.map(
    ({ router, letters, color, familyName, candidate }) =>
      html`<button type="button" data-router="${router}" aria-pressed="true" title="${familyName}"><span class="key" style="border-color:${color}"><b>${letters.length > 0 ? letters.join(' ') : '·'}</b></span>${router}${candidate ? ' (verdict)' : ''}</button>`,
  )}${data.routers.length > 3 ? html`<button type="button" data-routers="none">none</button><button type="button" data-routers="all">all</button>` : ''}</div>
${
  axes.length > 0
    ? html`<div class="controls" role="group" aria-label="Cost axis"><span class="faint">cost axis</span>${axes.map(
        (axis) =>
          html`<button type="button" data-axis="${axis}" aria-pressed="${String((axis === 'log') === data.log)}">${axis}</button>`,
      )}</div>`
    : ''
}
<figure id="frontier" tabindex="0" aria-labelledby="frontier-title">
<div id="frontier-stage"><div id="frontier-plot"></div><div id="frontier-ring" hidden></div><div id="frontier-tip" role="status" hidden></div></div>
<noscript><p>The drawing needs scripts; every figure of it stands in the table below.</p></noscript>
<figcaption>Arrow keys go from policy to policy. Every figure stands in the table below.</figcaption>
</figure>`;
}

/** Every policy; the settings of dials that tune did not choose are written by the page's script when asked for. */
export function policiesSection(comparison: Comparison, data: FrontierData | null): Markup {
  const shown = shownTradeoffs(comparison, false);
  const all = shownTradeoffs(comparison, true);
  return html`<h2>Policies</h2>
${policiesTable(comparison, shown, `95 % intervals over ${sampleText(comparison)}. Bold: setting chosen on tune. ^: on the frontier. †: ex post, includes luck.`)}
${
  data !== null && all.length > shown.length
    ? html`<details id="all-settings"><summary>Every setting of every dial (${all.length} rows)</summary><div class="scroll" tabindex="0" role="region" aria-label="Every setting"><table class="sortable">
<caption>Settings that tune did not choose are descriptive.</caption>
<thead><tr>${['policy', 'quality', 'cost', 'Δ quality', 'saving', 'answers by model'].map((head) => html`<th scope="col" aria-sort="none"><button type="button">${head}</button></th>`)}</tr></thead><tbody></tbody></table></div></details>`
    : ''
}`;
}

function policiesTable(
  { costBasis, reference, tradeoffs }: Comparison,
  rows: ReturnType<typeof shownTradeoffs>,
  caption: string,
): Markup {
  const usd = costBasis === 'usd';
  const names = shortModelNames(tradeoffs.flatMap(({ shares }) => Object.keys(shares)));
  const whole = (value: number | null): string => percent(value, 0);
  type Row = (typeof rows)[number];
  const timed = rows.some(({ latencyMs }) => latencyMs.p50 !== null);
  return sortableTable<Row>(
    [
      {
        head: 'policy',
        cell: (row) => ({
          text: `${row.policy}${row.router === 'oracle' ? ' †' : ''}${row.frontier ? ' ^' : ''}${row.policy === `always@${reference}` ? ' (reference)' : ''}`,
          value: row.policy,
        }),
      },
      { head: 'quality', cell: ({ quality }) => estimateCell(quality, fraction) },
      {
        head: usd ? '$ per 1,000 prompts' : 'call share',
        cell: (row) =>
          usd ? estimateCell(row.costUsdPer1k, dollars) : estimateCell(row.cost, fraction),
      },
      {
        head: 'Δ quality',
        cell: ({ qualityDelta }) => estimateCell(qualityDelta, signed(fraction)),
      },
      { head: 'saving', cell: ({ costSaving }) => estimateCell(costSaving, whole, percentPoints) },
      ...(timed
        ? [
            { head: 'p50', cell: ({ latencyMs }: Row) => numberCell(latencyMs.p50, milliseconds) },
            { head: 'p95', cell: ({ latencyMs }: Row) => numberCell(latencyMs.p95, milliseconds) },
          ]
        : []),
      {
        head: 'answers by model',
        cell: (row) =>
          textCell(isBaseline(row) && row.router !== 'oracle' ? '' : sharesOf(row.shares, names)),
      },
    ],
    rows,
    { caption, marked: ({ chosenOnTune }) => chosenOnTune },
  );
}

function sharesOf(
  shares: Readonly<Record<string, number>>,
  names: (model: string) => string,
): string {
  const entries = Object.entries(shares)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a);
  const told = entries.slice(0, 4).map(([model, share]) => `${names(model)} ${percent(share, 0)}`);
  return [...told, ...(entries.length > 4 ? [`+${entries.length - 4} more`] : [])].join(', ');
}
