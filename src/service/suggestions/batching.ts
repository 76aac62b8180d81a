import { sumNano, toUsd } from '../../costs/index.js';
import { exactSaving } from './sampled-saving.js';
import type { SuggestionKind } from './suggestion-kind.js';
import { counted, dollars } from './wording.js';

/** Calls of one tenant and tag in one minute that look like a job rather than like people. */
const BURST = 50;
const MOST_TAGS = 5;

/** Calls whose model has a price for batches. */
export const batching: SuggestionKind = async ({ ask }) => {
  const { rows, query, parameters } = await ask('waitable', { burst: BURST });
  const waitable = rows.filter(({ calls }) => calls > 0);
  const total = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0);
  const calls = total((row) => row.calls);
  const bursts = total((row) => row.burstCalls);
  const tags = waitable
    .slice(0, MOST_TAGS)
    .map(
      ({ tag, calls, saving }) =>
        `${tag === null ? 'without a tag' : `"${tag}"`} ${calls.toLocaleString('en-US')} (${dollars(toUsd(saving))})`,
    );
  const others = waitable.length - tags.length;
  return {
    id: 'batching',
    title: 'Send what can wait as a batch',
    text: `${counted(calls, 'call')} that ${calls === 1 ? 'was' : 'were'} not streamed went to models that have a price for batches, by tag: ${tags.join(', ')}${others > 0 ? ` and ${counted(others, 'more tag')}` : ''}. Likely jobs: ${counted(bursts, 'call')} in bursts of ${BURST} or more from one tenant and tag within a minute of the clock${bursts > 0 ? `, ${dollars(toUsd(total((row) => row.burstSaving)))} of the saving` : ''}.`,
    count: calls,
    of: total((row) => row.answered),
    saving_usd: exactSaving(sumNano(rows.map((row) => row.saving))),
    assumption: 'Their callers can wait up to a day: only those who can gain.',
    query,
    parameters,
    computed: null,
  };
};
