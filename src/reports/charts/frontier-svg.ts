import * as Plot from '@observablehq/plot';
import type { Comparison } from '../../evaluation/index.js';
import { UserError } from '../../user-error.js';
import { escapeHtml } from '../markup.js';
import { dollars, fraction } from '../numbers.js';
import { sampleText } from '../sample-text.js';
import { SIMULATED } from '../simulated.js';
import { ANSWERS } from '../verdict-words.js';
import { draw } from './draw.js';
import { frontierChart } from './frontier-chart.js';
import { frontierData } from './frontier-data.js';
import { THEME } from './palette.js';

const WIDTH = 1040;
const CHART = 760;
const LINE = 18;

/**
 * The frontier as a picture that stands alone, light or dark as its reader is set.
 * @throws UserError where the comparison has no costs to draw
 */
export function frontierSvg(comparison: Comparison): string {
  const data = frontierData(comparison);
  if (data === null) {
    throw new UserError(
      'There is no frontier to draw: the outcomes have no costs. Give prices with --price, or choose another format.',
    );
  }
  const top = comparison.simulated ? 78 : 56;
  const colors = new Map(data.routers.map(({ router, color }) => [router, color]));
  const legend = data.points
    .flatMap(({ letter, router, policy, cost: [cost], quality: [quality] }) =>
      letter === null
        ? []
        : [
            {
              letter,
              color: colors.get(router) ?? data.baseline,
              text: policy,
              figures: `${fraction(quality)} at ${data.usd ? dollars(cost) : fraction(cost)}`,
            },
          ],
    )
    .toSorted((a, b) => a.letter.length - b.letter.length || (a.letter < b.letter ? -1 : 1));
  const height = Math.max(520, 120 + legend.length * LINE * 2);
  const { options } = frontierChart(Plot, data, {
    width: CHART,
    height,
    log: data.log,
    hidden: new Set(),
    active: data.active,
    marginRight: 24,
  });
  const chart = draw(options);
  const { light, dark } = THEME;
  const title = `${comparison.runName}: ${ANSWERS[comparison.verdict.answer].toLowerCase()}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height + top}" width="${WIDTH}" height="${height + top}" font-family="system-ui, sans-serif" role="img">
<title>${escapeHtml(title)}${comparison.simulated ? ' (SIMULATED)' : ''}</title>
<style>
.name{stroke-width:3px;paint-order:stroke}svg{color:${light.text}}.ground,.letter-ground circle{fill:${light.ground}}.name{stroke:${light.ground}}.faint{fill:${light.faint}}
@media (prefers-color-scheme:dark){svg{color:${dark.text}}.ground,.letter-ground circle{fill:${dark.ground}}.name{stroke:${dark.ground}}.faint{fill:${dark.faint}}}
</style>
<rect class="ground" width="100%" height="100%"/>
<text x="20" y="30" font-size="18" font-weight="700" fill="currentColor">${escapeHtml(title)}</text>
<text x="20" y="48" font-size="12" class="faint">quality against cost · whiskers and bands are 95 % intervals over ${escapeHtml(sampleText(comparison))} · dashed: mixture of models · ring: ${escapeHtml(comparison.verdict.policy)}</text>
${comparison.simulated ? `<text x="20" y="68" font-size="12" font-weight="700" fill="#b07d0a">${escapeHtml(SIMULATED)}</text>` : ''}
<g transform="translate(0,${top})">${chart}</g>
<g transform="translate(${CHART + 8},${top + 24})" font-size="12">
${legend.map((entry, index) => legendEntry(entry, index * LINE * 2)).join('\n')}
</g>
</svg>
`;
}

function legendEntry(
  entry: { letter: string; color: string; text: string; figures: string },
  y: number,
): string {
  return `<g transform="translate(0,${y})"><circle class="ground" cx="9" cy="0" r="8" stroke="${entry.color}" stroke-width="1.75"/><text x="9" y="4" text-anchor="middle" font-size="10" font-weight="700" fill="currentColor">${entry.letter}</text><text x="24" y="1" fill="currentColor">${escapeHtml(clipped(entry.text))}</text><text x="24" y="15" font-size="11" class="faint">${escapeHtml(entry.figures)}</text></g>`;
}

const clipped = (text: string): string => (text.length > 34 ? `${text.slice(0, 33)}…` : text);
