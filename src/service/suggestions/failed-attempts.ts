import { sumNano, toUsd } from '../../costs/index.js';
import { exactSaving } from './sampled-saving.js';
import type { SuggestionKind } from './suggestion-kind.js';
import { counted, dollars } from './wording.js';

const MOST_NAMED = 5;

/** Attempts that were paid for and gave nobody an answer. */
export const failedAttempts: SuggestionKind = async ({ ask }) => {
  const { rows, query, parameters } = await ask('failed', {});
  const failed = rows.filter(({ error }) => error !== null);
  const total = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);
  const attempts = total(failed.map((row) => row.attempts));
  const estimated = total(failed.map((row) => row.estimated));
  const unpriced = total(failed.map((row) => row.unpriced));
  const causes = failed
    .slice(0, MOST_NAMED)
    .map(({ model, error, cost }) => `${model} ${error} (${dollars(toUsd(cost))})`);
  return {
    id: 'failed',
    title: 'Mend what fails after it was paid for',
    text: `${counted(attempts, 'billed attempt')} failed or ${attempts === 1 ? 'was' : 'were'} abandoned, most of the money by ${causes.join(', ')}.${estimated > 0 ? ` Of them ${counted(estimated, 'is', 'are')} booked by an estimate, as no count arrived.` : ''}${unpriced > 0 ? ` What ${unpriced.toLocaleString('en-US')} cost is unknown and not counted.` : ''}`,
    count: attempts,
    of: total(rows.map((row) => row.attempts)),
    saving_usd: exactSaving(sumNano(failed.map((row) => row.cost))),
    assumption: 'None of it would have been spent, had nothing failed and nobody left.',
    query,
    parameters,
    computed: null,
  };
};
