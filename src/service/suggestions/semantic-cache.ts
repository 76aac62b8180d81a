import { SemanticCache, type SimilarRequest, similarRequest } from '../../caches/index.js';
import { type NanoUsd, sumNano } from '../../costs/index.js';
import { sha256 } from '../../hash.js';
import type { ChatRequest } from '../../wire/index.js';
import { isFree, signalOf } from './known-signals.js';
import type { Pace } from './pace.js';
import { exactSaving } from './sampled-saving.js';
import { MOST_CHARACTERS, rolesOf } from './stored-prompts.js';
import type { SuggestionKind } from './suggestion-kind.js';
import type { AnsweredPrompt } from './suggestion-rows.js';
import type { SuggestionSettings } from './suggestion-settings.js';
import { counted } from './wording.js';

/** Requests replayed: an embedding takes tens of milliseconds. */
const MOST_REPLAYED = 500;
const CACHE_BYTES = 1e8;

type Semantic = NonNullable<SuggestionSettings['semantic']>;

/** Requests that were put in other words before, and answered anew. */
export const semanticCache: SuggestionKind = async ({ origin, settings, ask, pace, note }) => {
  const { semantic } = settings;
  if (semantic === null) {
    note(
      'semantic-cache: what similar answers would save is not computed, as no calibrated threshold is configured (`cache.semantic`).',
    );
    return null;
  }
  const { embeddings, threshold, mostFalseHits } = semantic;
  if (!isFree(embeddings) || (embeddings.simulated && origin === 'live')) {
    note(
      `semantic-cache: what similar answers would save is not computed, as the embeddings "${embeddings.id}" are ${embeddings.simulated ? 'simulated' : 'not computed here and cost money'}.`,
    );
    return null;
  }
  const { rows, query, parameters } = await ask('latest', {
    most: MOST_REPLAYED,
    most_characters: MOST_CHARACTERS,
  });
  const vectors = await vectorsOf(rows, embeddings, pace());
  const { hits, saving } = await replay(
    rows.slice(rows.length - vectors.length),
    vectors,
    semantic,
    pace(),
  );
  return {
    id: 'semantic-cache',
    title: 'Repeat answers to requests in other words',
    text: `Of the latest ${counted(vectors.length, 'request')} with stored prompts, replayed in order, ${hits.toLocaleString('en-US')} asked what another had asked in other words (similarity from ${threshold}, at a false-hit bound of ${+(100 * mostFalseHits).toPrecision(3)} %) and ${hits === 1 ? 'was' : 'were'} answered anew. Word-for-word repeats are not among them.`,
    count: hits,
    of: vectors.length,
    saving_usd: exactSaving(saving),
    assumption:
      'Requests of one tenant, endpoint and model had the same parameters and tools, which are not recorded; the bound holds for prompts like those of the calibration.',
    query,
    parameters,
    computed:
      'The rows replayed through the semantic cache at that threshold with its guards, embeddings computed here; the saving is what the hits cost.',
  };
};

/** Of as many of the latest rows as there is time for, oldest first; null for what may not be put in other words. */
async function vectorsOf(
  rows: readonly AnsweredPrompt[],
  source: Semantic['embeddings'],
  time: Pace,
): Promise<readonly (Replayed | null)[]> {
  const newestFirst: (Replayed | null)[] = [];
  for (const row of rows.toReversed()) {
    if (!(await time.next())) break;
    const similar = similarOf(row);
    if (similar === null) {
      newestFirst.push(null);
      continue;
    }
    const request = { messages: [{ role: 'user' as const, content: similar.text }], domain: null };
    const signal = await signalOf(source, `last turn ${sha256(similar.text)}`, request);
    if (signal === null) break;
    newestFirst.push({ similar, vector: signal.values });
  }
  return newestFirst.reverse();
}

interface Replayed {
  readonly similar: SimilarRequest;
  readonly vector: Float32Array;
}

async function replay(
  rows: readonly AnsweredPrompt[],
  vectors: readonly (Replayed | null)[],
  { threshold, ttlSeconds, maxEntries }: Semantic,
  time: Pace,
): Promise<{ readonly hits: number; readonly saving: NanoUsd }> {
  let now = 0;
  const cache = new SemanticCache({
    threshold,
    ttlMs: ttlSeconds * 1000,
    maxEntries,
    maxBytes: CACHE_BYTES,
    now: () => now,
  });
  const saved: NanoUsd[] = [];
  const wordForWord = new Set<string>();
  for (const [at, row] of rows.entries()) {
    await time.next();
    const replayed = vectors[at] ?? null;
    if (replayed === null) continue;
    const { similar, vector } = replayed;
    const id = sha256(`${similar.scope} ${similar.text}`);
    if (wordForWord.has(id)) continue;
    wordForWord.add(id);
    now = Date.parse(row.receivedAt);
    const hit = cache.find(similar, row.tenant, vector);
    if (hit !== null) saved.push(row.cost);
    else
      cache.set(id, row.tenant, similar, vector, {
        answer: NO_ANSWER,
        model: row.model,
        cost: row.cost,
      });
  }
  return { hits: saved.length, saving: sumNano(saved) };
}

/** Nobody reads it. */
const NO_ANSWER = {
  id: '',
  model: '',
  created: 0,
  parts: [],
  finishReason: 'stop',
  usage: null,
} as const;

/** As the cache would see the request, had it no parameters. */
function similarOf({
  tenant,
  endpoint,
  table,
  model,
  messages,
}: AnsweredPrompt): SimilarRequest | null {
  const scope = { tenant, answeredBy: table ?? model, format: endpoint, domain: null };
  const chat: ChatRequest = {
    model,
    messages: rolesOf(messages).map(({ role, content }) => ({
      role,
      parts: [{ kind: 'text', text: content }],
    })),
    parameters: { maxTokens: null, temperature: null, topP: null, seed: null, stop: [] },
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    responseSchema: null,
    stream: false,
    streamUsage: false,
    others: {},
    labels: {},
  };
  return similarRequest(scope, chat);
}
