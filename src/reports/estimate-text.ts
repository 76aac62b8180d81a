import { toUsd } from '../costs/index.js';
import type { CostRange, Estimate, EstimateLine } from '../experiments/index.js';
import { count, money, percent } from './numbers.js';
import { paint } from './style.js';
import { textTable } from './text-table.js';

export interface EstimateFacts {
  readonly cells: number;
  /** Cells that earlier runs have answered. */
  readonly known: number;
  /** Cells that share another's answer, as their compression leaves the prompt as it is. */
  readonly shared: number;
  readonly simulated: boolean;
  /** Models whose tokenizer is not public, so that input tokens are estimates too. */
  readonly estimatedTokens: readonly string[];
}

export function estimateText(
  estimate: Estimate,
  facts: EstimateFacts,
  options: { readonly color: boolean },
): string {
  const colors = paint(options.color);
  const row = (name: string, line: EstimateLine) => [
    name,
    count(line.calls),
    count(line.inputTokens),
    count(line.expectedOutputTokens),
    money(line.low),
    money(line.expected),
    money(line.worst),
  ];
  const table = textTable(
    ['', 'calls', 'input tokens', 'output tokens', 'low', 'expected', 'worst'].map((text) =>
      text === '' ? '' : colors.bold(text),
    ),
    [
      ...[...estimate.byModel].map(([model, line]) => row(model, line)),
      ...[...estimate.byPurpose].map(([purpose, line]) => row(`as ${purpose}`, line)),
      row('total', estimate),
      ...(estimate.batch === null ? [] : [row('in batches', { ...estimate, ...estimate.batch })]),
    ],
    ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  );
  const label = facts.simulated
    ? colors.yellow('SIMULATED models: nothing is paid for them.\n')
    : '';
  const reused = facts.known > 0 ? `, ${count(facts.known)} already answered` : '';
  const shared =
    facts.shared > 0 ? `, ${count(facts.shared)} that compression leaves as they are` : '';
  const estimated =
    facts.estimatedTokens.length > 0
      ? `\nInput tokens of ${facts.estimatedTokens.join(', ')} are estimates: the tokenizer is not public.`
      : '';
  return `${label}${count(facts.cells)} cells${reused}${shared}\n\n${table}\n\nOutput lengths are guesses; worst counts every answer at its full length. Billed retries come on top.${inBatches(estimate)}${estimated}\n`;
}

function inBatches({ batch, expected }: Estimate): string {
  if (batch === null) return '';
  const saved = expected === 0 ? '' : ` saves ${percent(1 - batch.expected / expected, 0)}, and`;
  return `\nIn batches (run --batch)${saved} takes up to a day; verdicts are asked live.`;
}

export function estimateJson(estimate: Estimate, facts: EstimateFacts): Record<string, unknown> {
  const lineJson = (line: EstimateLine) => ({
    calls: line.calls,
    input_tokens: line.inputTokens,
    expected_output_tokens: line.expectedOutputTokens,
    cost_usd: rangeJson(line),
  });
  const { batch } = estimate;
  const { calls, input_tokens, expected_output_tokens, cost_usd } = lineJson(estimate);
  return {
    calls,
    cost_usd,
    batch_cost_usd: batch === null ? null : rangeJson(batch),
    by_model: Object.fromEntries(
      [...estimate.byModel].map(([model, line]) => [model, lineJson(line)]),
    ),
    by_purpose: Object.fromEntries(
      [...estimate.byPurpose].map(([purpose, line]) => [purpose, lineJson(line)]),
    ),
    input_tokens,
    expected_output_tokens,
    cells: facts.cells,
    already_answered: facts.known,
    shared: facts.shared,
    simulated: facts.simulated,
    estimated_tokens: facts.estimatedTokens,
  };
}

function rangeJson({ low, expected, worst }: CostRange) {
  return { low: toUsd(low), expected: toUsd(expected), worst: toUsd(worst) };
}
