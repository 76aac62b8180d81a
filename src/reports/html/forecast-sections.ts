import type { Comparison } from '../../evaluation/index.js';
import { PALETTE } from '../charts/palette.js';
import { curveChart, intervalChart, reliabilityChart } from '../charts/small-charts.js';
import { html, type Markup, trusted } from '../markup.js';
import { count, dollars, fraction, interval } from '../numbers.js';
import { familyOf } from '../router-families.js';
import { sampleText } from '../sample-text.js';
import { estimateCell, numberCell, sortableTable, textCell } from './tables.js';

/** Whether forecasts of quality and cost can be taken at their word. */
export function calibrationSection(comparison: Comparison): Markup {
  const { calibration = [], costBasis } = comparison;
  if (calibration.length === 0) return html``;
  const usd = costBasis === 'usd';
  const times = 1000;
  const scaled = (value: number | null): number | null => (value === null ? null : times * value);
  const costs = calibration.flatMap(({ router, cost }) =>
    // A share of calls is known as soon as the call is chosen, so that forecasting it says nothing.
    cost === null || !usd
      ? []
      : [
          {
            label: router,
            color: PALETTE[familyOf(router)],
            forecast: times * cost.forecast,
            realised: {
              mean: scaled(cost.realised.mean),
              low: scaled(cost.realised.low),
              high: scaled(cost.realised.high),
            },
          },
        ],
  );
  const costChart = intervalChart(
    costs.map(({ label, color, forecast, realised }) => ({
      label,
      color,
      forecast,
      estimate: realised,
    })),
    {
      name: 'Predicted and realised cost',
      width: 560,
      write: (value) => `$${Number(value.toPrecision(3))}`,
    },
  );
  return html`<h2>Calibration of forecasts</h2>
<p class="faint">On the dashed diagonal a forecast comes out as said; below it, it promised too much. Bins hold equal shares of the forecasts; whiskers are 95 % intervals.</p>
<ul class="small">${calibration.map(
    ({ router, of, bins, ece, brier, prompts, groups }) =>
      html`<li class="multiple"><strong>${router}</strong><br><span class="faint">${of === 'quality' ? 'quality, before the call' : 'an answer, by its verifier'}</span><br>${trusted(
        reliabilityChart(
          bins,
          `Forecast and realised ${of} of ${router}`,
          PALETTE[familyOf(router)],
        ),
      )}<div class="faint">ECE ${interval(ece, fraction)}<br>Brier ${interval(brier, fraction)}<br>${count(prompts)} prompts, ${count(groups)} groups</div></li>`,
  )}</ul>
${
  costs.length === 0
    ? ''
    : html`<h3>Predicted against realised cost, US dollars per 1,000 prompts</h3>
<figure>${trusted(costChart ?? '')}<figcaption>Open diamond: predicted; dot and whisker: realised mean with its 95 % interval. Each at its router's chosen setting, over the same prompts as above.</figcaption></figure>
<details><summary>As a table</summary>${sortableTable(
        [
          { head: 'router', cell: ({ label }) => textCell(label) },
          { head: 'predicted', cell: ({ forecast }) => numberCell(forecast, dollars) },
          { head: 'realised', cell: ({ realised }) => estimateCell(realised, dollars) },
        ],
        costs,
        { caption: 'Mean cost at the chosen setting, with 95 % intervals' },
      )}</details>`
}`;
}

/** Online routers that start from nothing: what learning on the way costs. */
export function prequentialSection({ prequential = [] }: Comparison): Markup {
  const [first] = prequential;
  if (first === undefined) return html``;
  const spread = ({ mean, smallest, largest }: typeof first.regret): string =>
    `${mean.toFixed(4)} (${smallest.toFixed(4)} to ${largest.toFixed(4)})`;
  const shades = [PALETTE.online, PALETTE.learned, PALETTE.cascade, PALETTE.other, PALETTE.lookup];
  const chart = curveChart(
    prequential.map(({ router, dial, curve }, index) => ({
      // Each once, as its dial stands in the table.
      label:
        prequential.filter((one) => one.router === router).length > 1
          ? `${router}@${dial}`
          : router,
      color: shades[index % shades.length] ?? PALETTE.online,
      points: curve.map(({ arrivals, regret }) => ({
        x: arrivals,
        y: { mean: regret, low: null, high: null },
      })),
    })),
    {
      name: 'Cumulative regret of online routers',
      x: 'prompts so far',
      y: 'cumulative regret',
      zero: true,
    },
  );
  return html`<h2>Learning as it goes</h2>
<p class="faint">Each starts from nothing and sees only what it called: regret against the best single model in hindsight (${first.against}), in units of quality less weighed cost, mean over ${count(first.orders)} seeded orders of ${count(first.prompts)} prompts. Below the dashed line it did better than that model.</p>
<figure>${trusted(chart)}</figure>
${sortableTable(
  [
    { head: 'router', cell: ({ router, dial }) => textCell(`${router}@${dial}`) },
    {
      head: 'regret a prompt',
      cell: ({ regret }) => ({ text: spread(regret), value: regret.mean }),
    },
    { head: 'quality', cell: ({ quality }) => ({ text: spread(quality), value: quality.mean }) },
    { head: 'value', cell: ({ value }) => ({ text: spread(value), value: value.mean }) },
    { head: 'against', cell: ({ against }) => textCell(against) },
  ],
  prequential,
  { caption: 'Mean, smallest and largest over orders; a spread over orders is no interval' },
)}`;
}

/** Whether more data to fit on would help. */
export function learningCurveSection(comparison: Comparison): Markup {
  const { learningCurve } = comparison;
  if (!learningCurve || learningCurve.points.length === 0) return html``;
  const { router, points } = learningCurve;
  const chart = curveChart(
    [
      {
        label: router,
        color: PALETTE[familyOf(router)],
        points: points.map(({ fit, aiq }) => ({ x: fit, y: aiq })),
      },
    ],
    {
      name: `AIQ of ${router} by prompts fitted on`,
      x: 'prompts fitted on',
      y: 'AIQ',
      zero: false,
    },
  );
  return html`<h2>Learning curve</h2>
<p class="faint">${router}, fitted on nested samples of the fit part; the band is the 95 % interval over ${sampleText(comparison)}. Where it still climbs at the right, more data would help.</p>
<figure>${trusted(chart)}</figure>
${sortableTable(
  [
    { head: 'prompts', cell: ({ fit }) => numberCell(fit, (value) => count(value ?? 0)) },
    { head: 'policy', cell: ({ policy }) => textCell(policy) },
    { head: 'AIQ', cell: ({ aiq }) => estimateCell(aiq, fraction) },
    { head: 'quality', cell: ({ quality }) => estimateCell(quality, fraction) },
  ],
  points,
  { caption: 'At each size, with 95 % intervals' },
)}`;
}
