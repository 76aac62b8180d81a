import { priceUsage, toUsd } from '../costs/index.js';
import type { AskModel, LocalEmbedder, Model, ModelRequest } from '../models/index.js';
import type { RoutingRequest } from './request.js';
import { requestText } from './request-text.js';
import type { SignalSource } from './signal-source.js';
import { LOCAL_MODEL, signalId } from './signal-spec.js';

/** Characters of a request that are embedded: below what endpoints take, in most languages. */
const MOST_CHARACTERS = 8000;
/** The model here reads a few sentences; its time grows with the square of the text. */
const MOST_CHARACTERS_LOCAL = 2000;
/** Endpoints refuse empty texts. */
const EMPTY = '(empty)';
const BATCH = 64;
const BATCH_LOCAL = 8;
const CONCURRENCY = 4;

const embeddedText = (request: RoutingRequest, most: number): string => {
  const text = requestText(request).slice(0, most);
  return text.trim() === '' ? EMPTY : text;
};

const questionOf = (texts: readonly string[]): ModelRequest => ({
  messages: texts.map((content) => ({ role: 'user', content })),
  parameters: { maxTokens: 0 },
  trial: 1,
});

/**
 * Embeddings of an endpoint, many a call. A request's own cost is what its share of the batch's
 * tokens costs as a call of its own; its latency is that of its batch, which is no shorter.
 */
export function embeddingSource(model: Model, ask: AskModel): SignalSource {
  const { pricing } = model;
  const questions = (requests: readonly RoutingRequest[]): ModelRequest[] =>
    requests.map((request) => questionOf([embeddedText(request, MOST_CHARACTERS)]));
  const costOf = (input: number): number =>
    pricing === null
      ? 0
      : priceUsage({ input, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 }, pricing);
  return {
    id: signalId({ kind: 'embedding', model: model.id, baseUrl: model.baseUrl }),
    simulated: model.origin === 'simulated',
    batchSize: BATCH,
    concurrency: CONCURRENCY,
    worstCost: (requests) =>
      questions(requests).reduce((sum, one) => sum + costOf(model.countInput(one)), 0),
    async read(requests, abort) {
      const each = questions(requests);
      const question = questionOf(each.flatMap(({ messages }) => messages.map((m) => m.content)));
      const result = await ask(question, abort);
      const { usage } = result;
      if (!result.ok) {
        const { kind, message } = result.error;
        return { usage, failure: message, refused: kind === 'invalid_request' };
      }
      const { vectors } = result.answer;
      if (vectors?.length !== requests.length) {
        return { usage, failure: `got ${vectors?.length ?? 0} vectors of ${requests.length}` };
      }
      const counts = each.map((one) => model.countInput(one));
      const counted = counts.reduce((sum, count) => sum + count, 0);
      const billed = result.answer.usage?.input ?? counted;
      const share = counted === 0 ? 0 : billed / counted;
      return {
        usage,
        signals: vectors.map((values, at) => ({
          values,
          cost: toUsd(costOf(Math.ceil(counts[at]! * share))),
          latency: result.latencyMs,
        })),
      };
    },
  };
}

/** Embeddings computed here: no call, no cost. A request's latency is its share of its batch's time. */
export function localEmbeddingSource(embedder: LocalEmbedder): SignalSource {
  return {
    id: signalId({ kind: 'embedding', model: LOCAL_MODEL, baseUrl: null }),
    simulated: false,
    batchSize: BATCH_LOCAL,
    concurrency: 1,
    worstCost: () => 0,
    async read(requests) {
      const began = performance.now();
      const vectors = await embedder.embed(
        requests.map((request) => embeddedText(request, MOST_CHARACTERS_LOCAL)),
      );
      const latency = (performance.now() - began) / requests.length;
      return { usage: [], signals: vectors.map((values) => ({ values, cost: 0, latency })) };
    },
  };
}
