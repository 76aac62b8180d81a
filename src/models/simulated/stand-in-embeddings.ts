import type { ServerResponse } from 'node:http';
import { approximateTokens, type ModelPricing, priceUsage } from '../../costs/index.js';
import { createRng } from '../../statistics/index.js';
import { openaiChat } from '../../wire/index.js';
import { isRecord } from '../json-record.js';
import { promptHash } from './answer-key.js';
import { simulatedPrice } from './profiles.js';
import type { AccountBook } from './stand-in-account.js';
import { sendJson } from './stand-in-exchange.js';

export const EMBEDDINGS_PATH = '/v1/embeddings';
const MODEL = 'simulated/embedding';
const DIMENSIONS = 32;
const PRICING = simulatedPrice(MODEL, 0.02, 0);

/**
 * Answers with the sums of pseudo-random directions of each text's words, scaled to length 1: texts
 * that share words are alike. Counts and bills as the rest of the stand-in does, without faults.
 */
export function serveEmbeddings(
  body: string | null,
  response: ServerResponse,
  book: AccountBook,
  {
    prices,
    latencyMs,
  }: { readonly prices?: Readonly<Record<string, ModelPricing>>; readonly latencyMs?: number },
): void {
  book.countAttempt();
  const fail = (status: number, message: string): void => {
    book.countStatus(status);
    sendJson(response, status, openaiChat.errorBody({ status, message }));
  };
  const request = parse(body);
  if (request === null) {
    fail(400, 'Expected a JSON object with a model and input texts.');
    return;
  }
  const { model, texts } = request;
  if (model !== MODEL && model !== 'embedding') {
    fail(404, `The model "${model}" does not exist.`);
    return;
  }
  const prompt = promptHash(texts.map((content) => ({ role: 'user', content })));
  const input = texts.reduce((sum, text) => sum + approximateTokens(text), 0);
  const usage = { input, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  const bill = { usage, cost: priceUsage(usage, prices?.[model] ?? prices?.[MODEL] ?? PRICING) };
  book.countCall(MODEL, prompt);
  const answer = (): void => {
    if (response.destroyed) {
      book.countStatus('none');
      book.abandon(bill);
      return;
    }
    book.countStatus(200);
    book.countAnswered(MODEL, prompt);
    book.billDelivered(bill);
    sendJson(response, 200, {
      object: 'list',
      model,
      data: texts.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: directionOf(text),
      })),
      usage: { prompt_tokens: input, total_tokens: input },
    });
  };
  if ((latencyMs ?? 0) > 0) setTimeout(answer, latencyMs);
  else answer();
}

function parse(body: string | null): { model: string; texts: readonly string[] } | null {
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
  } catch {
    return null;
  }
  if (!isRecord(value) || typeof value.model !== 'string') return null;
  const texts: readonly unknown[] = Array.isArray(value.input) ? value.input : [value.input];
  const all = texts.filter((text) => typeof text === 'string' && text !== '');
  return texts.length > 0 && all.length === texts.length
    ? { model: value.model, texts: all as string[] }
    : null;
}

function directionOf(text: string): number[] {
  const sum = new Float64Array(DIMENSIONS);
  for (const word of text.toLowerCase().split(/\W+/)) {
    const rng = createRng('word', word);
    for (let at = 0; at < DIMENSIONS; at++) sum[at]! += rng.normal();
  }
  const length = Math.hypot(...sum) || 1;
  return Array.from(sum, (value) => value / length);
}
