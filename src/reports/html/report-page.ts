import type { Comparison } from '../../evaluation/index.js';
import { type FrontierData, frontierChart } from '../charts/frontier-chart.js';
import { frontierData } from '../charts/frontier-data.js';
import { embeddedJson, embeddedScript, html, type Markup, trusted } from '../markup.js';
import { SIMULATED } from '../simulated.js';
import { provenanceSection, warningsSection } from './data-section.js';
import { domainSection } from './domain-section.js';
import {
  calibrationSection,
  learningCurveSection,
  prequentialSection,
} from './forecast-sections.js';
import { frontierSection, policiesSection } from './frontier-section.js';
import { browserLibraries } from './libraries.js';
import { metricsSection } from './metrics-section.js';
import { frontierPage, type PackedFrontier, sortableTables } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import { variantsSection } from './variants-section.js';
import { verdictSection } from './verdict-section.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** The whole report as one HTML file that asks nothing of any network. */
export function reportPage(comparison: Comparison): string {
  const data = frontierData(comparison);
  const { runName, simulated } = comparison;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="switchyard ${comparison.provenance.codeVersion}">
<meta name="simulated" content="${String(simulated)}">
<title>${simulated ? 'SIMULATED: ' : ''}${runName} – Switchyard</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
${simulated ? html`<div class="banner" role="note">${SIMULATED}</div>` : ''}
<header><h1>Should ${runName} be routed?</h1>${verdictSection(comparison)}</header>
<main>
${data === null ? '' : frontierSection(comparison, data)}
${policiesSection(comparison, data)}
${warningsSection(comparison)}
${variantsSection(comparison)}
${metricsSection(comparison)}
${domainSection(comparison)}
${calibrationSection(comparison)}
${prequentialSection(comparison)}
${learningCurveSection(comparison)}
${provenanceSection(comparison)}
</main>
<footer class="faint">${simulated ? `${SIMULATED} ` : ''}Intervals are 95 % and cover the sampling of prompts, not of training.</footer>
${scripts(data)}
</body>
</html>
`.text;
}

function scripts(data: FrontierData | null): Markup {
  const sorting = `(${sortableTables})(document);`;
  if (data === null) return html`<script>${embeddedScript(sorting)}</script>`;
  const drawing = [
    // Loaders of TypeScript may wrap functions in a call of this, to keep their names.
    'const __name = (named) => named;',
    'const data = JSON.parse(document.querySelector("#frontier-data").textContent);',
    'const onResize = (redraw) => { let width = innerWidth; addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; redraw(); } }); };',
    `(${frontierPage})(document, onResize, Plot, (${frontierChart}), data);`,
    sorting,
  ];
  return html`<script type="application/json" id="frontier-data">${embeddedJson(packed(data))}</script>
${browserLibraries().map((text) => html`<script>${embeddedScript(text)}</script>\n`)}
<script type="module">${embeddedScript(drawing.join('\n'))}</script>`;
}

function packed(data: FrontierData): PackedFrontier {
  return {
    ...data,
    points: data.points.map((point) => [
      point.policy,
      point.router,
      point.kind,
      point.label,
      point.letter,
      point.frontier,
      point.cost,
      point.quality,
      point.delta,
      point.saving,
      point.shares,
    ]),
  };
}
