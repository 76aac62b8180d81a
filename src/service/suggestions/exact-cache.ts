import { sumNano } from '../../costs/index.js';
import { exactSaving } from './sampled-saving.js';
import type { SuggestionKind } from './suggestion-kind.js';
import { counted } from './wording.js';

/** Requests whose messages had just been answered, and were answered anew. */
export const exactCache: SuggestionKind = async ({ ask, settings: { cache } }) => {
  const { rows, query, parameters } = await ask('repeats', { ttl_seconds: cache.ttlSeconds });
  const repeats = total(rows.map((row) => row.repeats));
  const answered = total(rows.map((row) => row.answered));
  const missed = rows.find((row) => row.cache === 'miss')?.repeats ?? 0;
  const unpriced = total(rows.map((row) => row.unpriced));
  const asked = cache.enabled
    ? `${(repeats - missed).toLocaleString('en-US')} did not look into the cache; ${missed.toLocaleString('en-US')} looked and missed, as the parameters differed or the answer was not kept`
    : 'the cache is off';
  const unknown =
    unpriced > 0 ? ` What ${counted(unpriced, 'repeat')} cost is unknown and not counted.` : '';
  return {
    id: 'exact-cache',
    title: 'Repeat answers to the same request',
    text: `${counted(repeats, 'request')} came within ${counted(cache.ttlSeconds, 'second')} of an answer to the same messages of the same tenant by the same model or table, and ${repeats === 1 ? 'was' : 'were'} answered anew: ${asked}.${unknown}`,
    count: repeats,
    of: answered,
    saving_usd: exactSaving(sumNano(rows.map((row) => row.cost))),
    assumption:
      'The repeats had the parameters of the request before, too: the ledger knows the hash of the messages only. This is the most that it can be.',
    query,
    parameters,
    computed: null,
  };
};

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
