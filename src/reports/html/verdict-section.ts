import type { Comparison, VerdictCheck } from '../../evaluation/index.js';
import { FAILS, HOLDS, intervalChart } from '../charts/small-charts.js';
import { html, type Markup, trusted } from '../markup.js';
import { count, fraction, interval, percent, signed } from '../numbers.js';
import { sampleText } from '../sample-text.js';
import { ANSWERS, verdictSentence } from '../verdict-words.js';
import { estimateCell, sortableTable, textCell } from './tables.js';

const NAMES: Readonly<Record<VerdictCheck['name'], string>> = {
  quality: 'Quality is kept',
  cost: 'It costs less',
  mixture: 'It beats a random mixture',
};

/** The answer, its three checks against their thresholds, and what the user asked for. */
export function verdictSection(comparison: Comparison): Markup {
  const { verdict, choice, regressions = [] } = comparison;
  const facts = [
    `margin ${verdict.margin}`,
    `one-sided α ${verdict.alpha}`,
    ...(verdict.discordance === null
      ? []
      : [`scores differ on ${percent(verdict.discordance)} of prompts`]),
    sampleText(comparison),
  ];
  return html`<p><span class="answer ${verdict.answer}">${ANSWERS[verdict.answer]}</span></p>
<p>${verdictSentence(verdict)}</p>
<ul class="checks">${verdict.checks.map((check) => checkItem(check, comparison.costBasis === 'usd'))}</ul>
<p class="faint">${facts.join(' · ')}</p>
${choice ? html`<p><span class="${choice.met ? 'good' : 'bad'}">${choice.met ? '✓' : '✗'}</span> ${choice.text}</p>` : ''}
${
  regressions.length > 0
    ? sortableTable(
        [
          { head: 'model', cell: ({ model }) => textCell(model) },
          { head: 'runs', cell: ({ from, to }) => textCell(`${from} → ${to}`) },
          {
            head: 'Δ quality [95 %]',
            cell: (row) => estimateCell(row.difference, signed(fraction)),
          },
          {
            head: 'prompts (groups)',
            cell: (row) => ({
              text: `${count(row.prompts)} (${count(row.groups)})`,
              value: row.prompts,
            }),
          },
          {
            head: '',
            cell: (row) =>
              textCell(row.regressed ? '✗ regressed' : '✓ not surely worse by the margin'),
          },
        ],
        regressions,
        { caption: 'Each model in a later run against the first' },
      )
    : ''
}`;
}

function checkItem(check: VerdictCheck, usd: boolean): Markup {
  const { name, text, threshold, holds } = check;
  // In dollars costs are told per 1,000 prompts, as everywhere.
  const times = name === 'cost' && usd ? 1000 : 1;
  const scaled = (value: number | null): number | null => (value === null ? null : times * value);
  const estimate = {
    mean: scaled(check.estimate.mean),
    low: scaled(check.estimate.low),
    high: scaled(check.estimate.high),
  };
  const write = (value: number | null): string =>
    value === null ? '–' : name === 'cost' ? String(Number(value.toPrecision(3))) : fraction(value);
  const chart = intervalChart([{ label: '', estimate, color: holds ? HOLDS : FAILS }], {
    name: `${NAMES[name]}: ${interval(estimate, write)} against ${threshold}`,
    width: 300,
    write: (value) => String(Number(value.toPrecision(2))),
    mark: threshold,
    bare: true,
  });
  return html`<li><strong class="${holds ? 'good' : 'bad'}">${holds ? '✓' : '✗'} ${NAMES[name]}${holds ? '' : ': not shown'}</strong>
${chart === null ? '' : trusted(chart)}
<p class="faint">dashed: ${threshold}, which the interval must ${name === 'cost' ? 'stay below' : 'stay above'}</p><p>${text}</p></li>`;
}
