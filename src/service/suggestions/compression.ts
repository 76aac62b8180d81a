import { compressRequest, WhitespaceCompressor } from '../../compression/index.js';
import { type NanoUsd, priceUsage } from '../../costs/index.js';
import { sampledSaving } from './sampled-saving.js';
import { MOST_CHARACTERS, MOST_PROMPTS, rolesOf } from './stored-prompts.js';
import type { SuggestionKind } from './suggestion-kind.js';
import type { AnsweredPrompt } from './suggestion-rows.js';
import { counted, sampled } from './wording.js';

const compressor = new WhitespaceCompressor();

/** Blanks that say nothing, in requests that were sent with them. */
export const compression: SuggestionKind = async ({ ask, pace }) => {
  const { rows, query, parameters } = await ask('uncompressed', {
    most: MOST_PROMPTS,
    most_characters: MOST_CHARACTERS,
  });
  const time = pace();
  const savings: NanoUsd[] = [];
  let shorter = 0;
  let tokens = 0;
  for (const row of rows) {
    if (!(await time.next())) break;
    const removed = removable(row);
    tokens += removed;
    if (removed > 0) shorter++;
    savings.push(removed === 0 ? 0 : savingOf(row, removed));
  }
  const population = rows[0]?.population ?? 0;
  return {
    id: 'compression',
    title: 'Take out blanks that say nothing',
    text: `Lossless compression would take ${counted(tokens, 'token')} out of ${shorter.toLocaleString('en-US')} of ${counted(savings.length, 'request')} with stored prompts.${sampled(savings.length, population)}`,
    count: shorter,
    of: savings.length,
    saving_usd: sampledSaving(
      savings,
      rows.slice(0, savings.length).map(({ promptHash }) => promptHash),
      population,
    ),
    assumption:
      'The tokens removed are estimated without a tokenizer, and cost the input price of the model that answered.',
    query,
    parameters,
    computed:
      'The whitespace compressor on the messages of each row; the cost of its tokens at its own prices, less that with the removed tokens off the input.',
  };
};

/** Tokens that were paid for at the full price of input, as far as they can be taken out. */
function removable({ messages, usage }: AnsweredPrompt): number {
  const chat = {
    messages: rolesOf(messages).map(({ role, content }) => ({
      role,
      parts: [{ kind: 'text' as const, text: content }],
    })),
  };
  const { tokensRemoved } = compressRequest(chat, compressor);
  return Math.min(tokensRemoved, usage.input - usage.cachedInput - usage.cacheWrite);
}

const savingOf = ({ usage, pricing }: AnsweredPrompt, removed: number): NanoUsd =>
  priceUsage(usage, pricing) - priceUsage({ ...usage, input: usage.input - removed }, pricing);
