import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { WireAnswer, WireFormat, WireRequest } from '../../wire/index.js';
import type { Fault } from './faults.js';
import type { SimulatedAnswer } from './simulated-model.js';
import type { AccountBook, Bill } from './stand-in-account.js';

/** All that is known of a request once it has been understood. */
export interface ServedCall {
  readonly wire: WireRequest;
  readonly model: string;
  /** `promptHash` of the messages. */
  readonly prompt: string;
  readonly answer: SimulatedAnswer;
  readonly bill: Bill;
}

const RETRY_AFTER_MS = 20;
/** Characters in one piece of a streamed answer, by code point. */
const PIECES = /[\s\S]{1,24}/gu;

/** One request to the stand-in and what becomes of it; every way out is booked exactly once. */
export class Exchange {
  readonly format: WireFormat;
  readonly #id: string;
  readonly #response: ServerResponse;
  readonly #book: AccountBook;

  constructor(format: WireFormat, id: string, response: ServerResponse, book: AccountBook) {
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
  answer(call: ServedCall, fault: Fault | null, latencyMs: number): void {
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
        if (latencyMs > 0) setTimeout(() => this.#send(call, fault), latencyMs);
        else this.#send(call, fault);
    }
  }

  #send(call: ServedCall, fault: 'truncate' | null): void {
    const response = this.#response;
    if (response.destroyed) {
      this.#book.countStatus('none');
      this.#book.abandon(call.bill);
      return;
    }
    this.#book.countStatus(200);
    const parts = call.wire.stream ? this.#streamed(call) : [this.#whole(call)];
    response.writeHead(200, {
      'content-type': call.wire.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      ...(call.wire.stream
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
    this.#deliver(call, parts);
  }

  /** Booked before the client can ask for the account; taken back if it leaves before the end. */
  #deliver({ wire, model, prompt, bill }: ServedCall, parts: readonly string[]): void {
    const isDelivered = !wire.stream || wire.streamUsage;
    this.#book.countAnswered(model, prompt);
    if (isDelivered) this.#book.billDelivered(bill);
    else this.#book.billUndelivered(bill);
    const { socket } = this.#response;
    // The response says that it finished even where the connection was reset under it.
    this.#response.once('close', () => {
      if (!socket?.errored && this.#response.writableFinished) return;
      this.#book.abandonAnswered(model, prompt, bill, isDelivered);
    });
    for (const part of parts.slice(0, -1)) this.#response.write(part);
    this.#response.end(parts.at(-1));
  }

  #whole(call: ServedCall): string {
    return JSON.stringify(this.format.answerBody(this.#wireAnswer(call)));
  }

  #streamed(call: ServedCall): string[] {
    const answer = this.#wireAnswer(call);
    const pieces = answer.text.match(PIECES) ?? [];
    return [
      this.format.streamOpening(answer, call.wire),
      ...pieces.map((piece) => this.format.streamDelta(answer, piece, call.wire)),
      this.format.streamEnding(answer, call.wire),
    ];
  }

  #wireAnswer({ wire, answer }: ServedCall): WireAnswer {
    return {
      id: `simulated-${this.#id}`,
      model: wire.model,
      created: Math.floor(Date.now() / 1000),
      inputTokens: answer.usage.input,
      text: answer.text,
      finishReason: answer.finishReason,
      usage: answer.usage,
    };
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
