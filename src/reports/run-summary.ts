import { type NanoUsd, type Purpose, toUsd } from '../costs/index.js';
import type { RunSummary } from '../experiments/index.js';
import { count, dollars, fraction, money, percent } from './numbers.js';
import { paint } from './style.js';
import { textTable } from './text-table.js';

/** A run for a terminal: what was measured, what it cost, what went wrong. */
export function runSummaryText(summary: RunSummary, options: { readonly color: boolean }): string {
  const colors = paint(options.color);
  const { run, cells } = summary;
  const table = textTable(
    ['model', 'outcomes', 'scored', 'mean score', '$ per 1k'].map((text) => colors.bold(text)),
    summary.models.map((model) => [
      model.model,
      count(model.outcomes),
      count(model.scored),
      fraction(model.meanScore),
      dollars(model.costUsdPer1k),
    ]),
    ['left', 'right', 'right', 'right', 'right'],
  );
  const label = run.simulated ? colors.yellow(' (SIMULATED)') : '';
  const lines = [
    `${colors.bold(run.name)}${label}  ${run.id}, ${run.status.replaceAll('_', ' ')}`,
    `${count(summary.prompts)} prompts, judged by ${run.judge}`,
    '',
    table,
    '',
    `cells: ${count(cells.planned)} planned, ${count(cells.done)} done (${count(cells.reused)} reused), ${count(cells.failed)} failed, ${count(cells.unscored)} unscored`,
    spendLine('spent', summary.spend),
  ];
  if (summary.simulatedSpend.size > 0) {
    lines.push(spendLine('simulated cost (not spent)', summary.simulatedSpend));
  }
  if (summary.estimatedRecords > 0) {
    lines.push(
      `${count(summary.estimatedRecords)} billed attempts sent no usage; they are booked at their worst case`,
    );
  }
  for (const { reason, cells: failed } of summary.failures.slice(0, 3)) {
    lines.push(colors.red(`failed ${count(failed)} ×: ${reason}`));
  }
  for (const { judge, reason, verdicts, asked } of summary.unscored.slice(0, 3)) {
    lines.push(
      colors.yellow(
        `no score from ${judge} in ${count(verdicts)} of ${count(asked)} verdicts (${percent(verdicts / asked)}): ${reason}`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function spendLine(label: string, spend: ReadonlyMap<Purpose, NanoUsd>): string {
  const parts = [...spend].map(([purpose, amount]) => `${purpose} ${money(amount)}`);
  return `${label}: ${money(sum(spend))}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

/** A run as `--json` prints it. */
export function runSummaryJson(summary: RunSummary): Record<string, unknown> {
  const { run, cells } = summary;
  return {
    run: run.id,
    name: run.name,
    status: run.status,
    simulated: run.simulated,
    prompts: summary.prompts,
    cost_basis: run.costBasis,
    score_scale: run.scoreScale,
    models: summary.models.map((model) => ({
      model: model.model,
      outcomes: model.outcomes,
      scored: model.scored,
      mean_score: model.meanScore,
      cost_usd_per_1k: model.costUsdPer1k,
    })),
    cells,
    spend_usd: spendJson(summary.spend),
    simulated_usd: spendJson(summary.simulatedSpend),
    estimated_records: summary.estimatedRecords,
    failures: summary.failures,
    unscored: summary.unscored,
  };
}

function spendJson(spend: ReadonlyMap<Purpose, NanoUsd>): Record<string, number> {
  const byPurpose = [...spend].map(([purpose, amount]) => [purpose, toUsd(amount)] as const);
  return { candidate: 0, judge: 0, ...Object.fromEntries(byPurpose), total: toUsd(sum(spend)) };
}

function sum(spend: ReadonlyMap<Purpose, NanoUsd>): NanoUsd {
  return [...spend.values()].reduce((total, amount) => total + amount, 0);
}
