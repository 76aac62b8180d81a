import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { LARGEST_BODY_BYTES } from '../http-fetch.js';
import type { ModelError, ModelErrorKind } from '../model-error.js';
import { isUnreadable, networkReason } from '../network-reason.js';

/** Where and how attempts are sent. */
export interface Route {
  readonly pool: Dispatcher;
  readonly path: string;
  /** Milliseconds from sending to the last byte. */
  readonly timeoutMs: number;
  /** The longest silence inside a body, in milliseconds. */
  readonly idleMs: number;
  /** Words a failure. */
  readonly failure: (kind: ModelErrorKind, message: string) => ModelError;
}

/** The head of an answer, whatever its status; the body follows as it arrives. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The value of a header, the first where there are several; null for none. */
export function headerOf({ headers }: AnswerHead, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** Unread bytes from which the socket is left to wait for the reader. */
const HIGH_WATER_BYTES = 64 * 2 ** 10;
/** What a chunk weighs besides its bytes, so that a flood of tiny ones waits and comes to an end, too. */
const CHUNK_BYTES = 64;
/** How long the body of an error status is waited for, as the status says the most. */
const ERROR_BODY_MS = 2_000;
const ONCE = { once: true };

interface Reader {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void;
  readonly reject: (error: ModelError) => void;
}

/**
 * Posts once and resolves with the head of the answer. Redirects are not followed.
 *
 * Rejects with a ModelError: `connection` where no answer began, `timeout` where it was dispatched
 * and not answered in time, `truncated` where what came is no HTTP, `aborted`. The body fails in the
 * same way once what came has been read; leaving off reading it, as an abort, destroys the socket.
 * @param headers names and values in turn
 */
export function post(
  route: Route,
  headers: string[],
  body: string,
  signal: AbortSignal,
): Promise<AnswerHead> {
  return new Promise((resolve, reject) => {
    const attempt = new Attempt(route, signal, resolve, reject);
    if (attempt.isOver) return;
    route.pool.dispatch({ path: route.path, method: 'POST', headers, body }, attempt);
  });
}

/**
 * One request and its answer on undici's lowest floor, without a stream of Node's own in between.
 * Every end (complete, failed, aborted) passes `#finish` once, which frees the timer and the listener.
 */
class Attempt implements Dispatcher.DispatchHandler, AsyncIterableIterator<Uint8Array> {
  readonly #route: Route;
  readonly #signal: AbortSignal;
  readonly #begin: (head: AnswerHead) => void;
  readonly #reject: (error: ModelError) => void;
  readonly #chunks: Uint8Array[] = [];
  #waiting = 0;
  #received = 0;
  #reader: Reader | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #began = false;
  #over = false;
  #failure: ModelError | null = null;
  #deadline: number;
  #heardAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    route: Route,
    signal: AbortSignal,
    begin: (head: AnswerHead) => void,
    reject: (error: ModelError) => void,
  ) {
    this.#route = route;
    this.#signal = signal;
    this.#begin = begin;
    this.#reject = reject;
    this.#heardAt = performance.now();
    this.#deadline = this.#heardAt + route.timeoutMs;
    if (signal.aborted) {
      this.handleEvent();
      return;
    }
    signal.addEventListener('abort', this, ONCE);
    this.#watchFor(Math.min(route.timeoutMs, route.idleMs));
  }

  get isOver(): boolean {
    return this.#over;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: nothing must be sent any more.
    if (this.#failure !== null) controller.abort(this.#failure);
    else this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#began = true;
    this.#heardAt = performance.now();
    if (status >= 300) {
      this.#deadline = Math.min(this.#deadline, this.#heardAt + ERROR_BODY_MS);
      clearTimeout(this.#timer);
      this.#watch();
    }
    this.#begin({ status, headers, body: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#heardAt = performance.now();
    this.#received += chunk.length + CHUNK_BYTES;
    if (this.#received > LARGEST_BODY_BYTES) {
      this.#fail('truncated', `the answer exceeds ${LARGEST_BODY_BYTES} bytes`);
      return;
    }
    const reader = this.#reader;
    if (reader !== null) {
      this.#reader = null;
      reader.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#waiting += chunk.length + CHUNK_BYTES;
    if (this.#waiting > HIGH_WATER_BYTES) controller.pause();
  }

  onResponseEnd(): void {
    this.#finish();
    this.#reader?.resolve({ done: true, value: undefined });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const reason = networkReason(error);
    if (this.#began || isUnreadable(error)) {
      this.#fail('truncated', `the answer broke off (${reason})`);
    } else {
      this.#fail('connection', `no answer (${reason})`);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#waiting -= chunk.length + CHUNK_BYTES;
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    if (this.#reader !== null) return Promise.reject(new TypeError('Expected one read at a time'));
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      if (!this.#controller?.paused) return;
      this.#heardAt = performance.now();
      this.#controller.resume();
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#chunks.length = 0;
    this.handleEvent();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The abort. */
  handleEvent(): void {
    this.#fail('aborted', 'aborted by us');
  }

  // Neither the timer nor the signal needs a closure that would be made for every attempt.
  static #ring(attempt: Attempt): void {
    attempt.#watch();
  }

  #watchFor(ms: number): void {
    this.#timer = setTimeout(Attempt.#ring, ms, this);
  }

  /** One timer for both limits, set anew when it rings: a chunk only notes the time. */
  #watch(): void {
    const now = performance.now();
    const { timeoutMs, idleMs } = this.#route;
    const isListening = this.#began && !this.#controller?.paused;
    const idleAt = (isListening ? this.#heardAt : now) + idleMs;
    const next = Math.min(this.#deadline, idleAt);
    // Timers may ring a little early.
    if (next - now >= 1) {
      this.#watchFor(next - now);
    } else if (idleAt < this.#deadline) {
      this.#fail('timeout', `no more of the answer within ${idleMs} ms`);
    } else if (this.#controller === null) {
      this.#fail('connection', `no connection within ${timeoutMs} ms`);
    } else {
      this.#fail('timeout', `no complete answer within ${timeoutMs} ms`);
    }
  }

  #fail(kind: ModelErrorKind, message: string): void {
    if (this.#over) return;
    const failure = this.#route.failure(kind, message);
    this.#failure = failure;
    this.#finish();
    this.#reject(failure);
    this.#reader?.reject(failure);
    this.#controller?.abort(failure);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this);
  }
}
