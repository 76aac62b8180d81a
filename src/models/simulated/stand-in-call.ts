import { type ModelPricing, priceUsage } from '../../costs/index.js';
import {
  type ChatAnswer,
  type ChatFormat,
  type ChatRequest,
  textMessages,
  type WireFailure,
  WireRequestError,
} from '../../wire/index.js';
import { promptHash } from './answer-key.js';
import { findProfile } from './profiles.js';
import type { SimulatedOptions } from './simulated-model.js';
import type { Bill } from './stand-in-account.js';
import { checkServable, type StandInAnswer, standInAnswer } from './stand-in-answer.js';

/** All that is known of a request once it has been understood. */
export interface ServedCall {
  readonly chat: ChatRequest;
  readonly model: string;
  /** `promptHash` of the messages. */
  readonly prompt: string;
  readonly answer: StandInAnswer;
  readonly bill: Bill;
  /** What the bill was made by. */
  readonly pricing: ModelPricing;
}

export interface CallOptions extends SimulatedOptions {
  readonly prices?: Readonly<Record<string, ModelPricing>>;
}

/** What a body asks for and what it is answered, alone or in a batch; or why it is refused. Pure. */
export function understandCall(
  format: ChatFormat,
  body: unknown,
  options: CallOptions,
): { readonly call: ServedCall } | { readonly failure: WireFailure } {
  let chat: ChatRequest;
  try {
    chat = format.parseRequest(body);
    checkServable(chat);
  } catch (error) {
    if (!(error instanceof WireRequestError)) throw error;
    return { failure: { status: 400, message: error.message } };
  }
  const profile = findProfile(chat.model);
  if (profile === undefined) {
    const message = `The model "${chat.model}" does not exist.`;
    return { failure: { status: 404, message, code: 'model_not_found' } };
  }
  const prompt = promptHash(textMessages(chat.messages));
  const answer = standInAnswer(profile, chat, prompt, options);
  const pricing = options.prices?.[chat.model] ?? options.prices?.[profile.id] ?? profile.pricing;
  const bill = { usage: answer.usage, cost: priceUsage(answer.usage, pricing) };
  return { call: { chat, model: profile.id, prompt, answer, bill, pricing } };
}

/** @param id of the request */
export function chatAnswerOf({ chat, answer }: ServedCall, id: string): ChatAnswer {
  return {
    id: `simulated-${id}`,
    model: chat.model,
    created: Math.floor(Date.now() / 1000),
    parts: answer.parts,
    finishReason: answer.finishReason,
    usage: answer.usage,
  };
}
