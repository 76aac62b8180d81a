import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { answerEvents, type ChatFormat } from '../../wire/index.js';
import type { Fault } from './faults.js';
import type { AccountBook } from './stand-in-account.js';
import { chatAnswerOf, type ServedCall } from './stand-in-call.js';

/** Milliseconds before an answer, and between the pieces of a streamed one. */
export interface Pace {
  readonly latencyMs: number;
  readonly streamDelayMs: number;
}

const RETRY_AFTER_MS = 20;
/** One piece of a streamed answer: 24 characters, by code point. */
const PIECES = /[\s\S]{1,24}/gu;

/** One request to the stand-in and what becomes of it; every way out is booked exactly once. */
export class Exchange {
  readonly format: ChatFormat;
  readonly #id: string;
  readonly #response: ServerResponse;
  readonly #book: AccountBook;

  constructor(format: ChatFormat, id: string, response: ServerResponse, book: AccountBook) {
    this.format = format;
    this.#id = id;
    this.#response = response;
    this.#book = book;
    book.countAttempt();
  }

  /** Answers with an error in the format's form. */
  fail(status: number, message: string, code?: string, headers: OutgoingHttpHeaders = {}): void {
    this.#book.countStatus(status);
    const failure = { status, message, requestId: this.#id, ...(code ? { code } : {}) };
    const body = this.format.errorBody(failure);
    sendJson(this.#response, status, body, { ...headers, [this.format.requestIdHeader]: this.#id });
  }

  /** Answers after `latencyMs`, or fails in the way drawn. */
  answer(call: ServedCall, fault: Fault | null, { latencyMs, streamDelayMs }: Pace): void {
    this.#book.countCall(call.model, call.prompt);
    if (fault !== null) this.#book.countFault(fault);
    switch (fault) {
      case 'rateLimit':
        this.fail(429, 'Rate limit reached (a simulated fault).', 'rate_limit_exceeded', {
          'retry-after-ms': String(RETRY_AFTER_MS),
          'retry-after': String(RETRY_AFTER_MS / 1000),
        });
        return;
      case 'serverError':
        this.fail(500, 'The server had an error (a simulated fault).');
        return;
      case 'hang':
        this.#book.countStatus('none');
        this.#book.billUndelivered(call.bill);
        return;
      default:
        if (latencyMs > 0) setTimeout(() => this.#send(call, fault, streamDelayMs), latencyMs);
        else this.#send(call, fault, streamDelayMs);
    }
  }

  #send(call: ServedCall, fault: 'truncate' | null, delayMs: number): void {
    const response = this.#response;
    if (response.destroyed) {
      this.#book.countStatus('none');
      this.#book.abandon(call.bill);
      return;
    }
    this.#book.countStatus(200);
    const parts = call.chat.stream ? this.#streamed(call) : [this.#whole(call)];
    response.writeHead(200, {
      'content-type': call.chat.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      ...(call.chat.stream
        ? { 'cache-control': 'no-cache' }
        : { 'content-length': Buffer.byteLength(parts[0] ?? '') }),
      [this.format.requestIdHeader]: this.#id,
    });
    if (fault === 'truncate') {
      this.#book.billUndelivered(call.bill);
      const body = parts.join('');
      response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy());
      return;
    }
    this.#deliver(call, parts, call.chat.stream ? delayMs : 0);
  }

  /** Booked before the client can ask for the account; taken back if it leaves before the end. */
  #deliver(
    { chat, model, prompt, bill }: ServedCall,
    parts: readonly string[],
    delayMs: number,
  ): void {
    const isDelivered = !chat.stream || chat.streamUsage;
    this.#book.countAnswered(model, prompt);
    if (isDelivered) this.#book.billDelivered(bill);
    else this.#book.billUndelivered(bill);
    const response = this.#response;
    const { socket } = response;
    let next: NodeJS.Timeout | undefined;
    // The response says that it finished even where the connection was reset under it.
    response.once('close', () => {
      clearTimeout(next);
      if (!socket?.errored && response.writableFinished) return;
      this.#book.abandonAnswered(model, prompt, bill, isDelivered);
    });
    const last = parts.length - 1;
    const writeFrom = (at: number): void => {
      if (delayMs === 0) for (; at < last; at++) response.write(parts[at]);
      if (at >= last) {
        response.end(parts[last]);
        return;
      }
      response.write(parts[at]);
      next = setTimeout(writeFrom, delayMs, at + 1);
    };
    writeFrom(0);
  }

  #whole(call: ServedCall): string {
    return JSON.stringify(this.format.answerBody(chatAnswerOf(call, this.#id)));
  }

  #streamed(call: ServedCall): string[] {
    const answer = chatAnswerOf(call, this.#id);
    const writer = this.format.createStreamWriter({
      created: answer.created,
      usage: call.chat.streamUsage,
    });
    return answerEvents(answer, PIECES)
      .map((event) => writer.write(event))
      .filter((frame) => frame !== '');
  }
}

/** A JSON response with its length, so that the connection can be kept. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
