import type { Comparison, Tradeoff } from '../../evaluation/index.js';
import { comparisonNotes } from '../comparison-notes.js';
import { dollars, fraction, interval, percent, percentPoints, signed } from '../numbers.js';
import { sampleText } from '../sample-text.js';
import { shownTradeoffs } from '../shown-tradeoffs.js';
import { SIMULATED } from '../simulated.js';
import { VARIANT_COLUMNS, variantCells, variantsNote } from '../variant-rows.js';
import { ANSWERS, verdictSentence } from '../verdict-words.js';

/** The comparison in GitHub's Markdown: verdict, table, metrics, notes. */
export function markdown(comparison: Comparison): string {
  const { verdict, metrics, choice } = comparison;
  const label = comparison.simulated ? ' (SIMULATED)' : '';
  return `${[
    `# ${escaped(comparison.runName)}: ${ANSWERS[verdict.answer].toLowerCase()}${label}`,
    ...(comparison.simulated ? [`> **${SIMULATED}**`] : []),
    escaped(verdictSentence(verdict)),
    verdict.checks.map(({ holds, text }) => `- ${holds ? '✅' : '❌'} ${escaped(text)}`).join('\n'),
    ...(choice ? [`**Asked for:** ${escaped(choice.text)}`] : []),
    '## Policies',
    `95 % intervals over ${sampleText(comparison)}`,
    tradeoffsTable(comparison),
    ...variantParts(comparison),
    ...(metrics.length > 0 ? ['## Metrics', metricsTable(comparison)] : []),
    '## Notes',
    comparisonNotes(comparison, shownTradeoffs(comparison, false))
      .map(({ text }) => `- ${escaped(text)}`)
      .join('\n'),
  ].join('\n\n')}\n`;
}

function tradeoffsTable(comparison: Comparison): string {
  const usd = comparison.costBasis === 'usd';
  const whole = (value: number | null): string => percent(value, 0);
  const rows = shownTradeoffs(comparison, false).map((row) => [
    nameOf(row),
    interval(row.quality, fraction),
    usd ? interval(row.costUsdPer1k, dollars) : interval(row.cost, fraction),
    interval(row.qualityDelta, signed(fraction)),
    interval(row.costSaving, whole, percentPoints),
  ]);
  return table(
    ['policy', 'quality', usd ? '$ per 1,000 prompts' : 'call share', 'Δ quality', 'saving'],
    rows,
  );
}

function nameOf({ policy, router, chosenOnTune, frontier }: Tradeoff): string {
  const marks = [router === 'oracle' ? '†' : '', chosenOnTune ? '\\*' : '', frontier ? '^' : ''];
  return `${escaped(policy)} ${marks.join('')}`.trim();
}

function variantParts({ variants = [], verdict }: Comparison): readonly string[] {
  if (variants.length === 0) return [];
  return [
    '## Compressed prompts',
    escaped(variantsNote(variants, verdict.margin)),
    table(
      VARIANT_COLUMNS.map(escaped),
      variants.map((row) => variantCells(row, (model) => model).map(escaped)),
    ),
    variants.map(({ text }) => `- ${escaped(text)}`).join('\n'),
  ];
}

function metricsTable({ metrics }: Comparison): string {
  return table(
    ['router', 'AIQ', 'APGR', 'CPT 50 %', 'CPT 80 %', 'cost saved at equal quality'],
    metrics.map((metric) => [
      escaped(metric.router),
      interval(metric.aiq, fraction),
      interval(metric.apgr, fraction),
      interval(metric.cpt50, fraction),
      interval(metric.cpt80, fraction),
      interval(metric.costSave, (value) => percent(value, 0), percentPoints),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? ':--' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Text that Markdown shows as it is, names with pipes, stars or tags in them included. */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
