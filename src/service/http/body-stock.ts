import { Refusal } from '../refusal.js';
import type { Exchange } from './exchange.js';

/** The bytes of bodies that all requests under way hold together, so that no crowd fills the memory. */
export class BodyStock {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns why a request gets no more room, or null: then it holds so many bytes more */
  take(exchange: Exchange, bytes: number): Refusal | null {
    if (this.#held + bytes > this.#most) return FULL;
    this.#held += bytes;
    exchange.bodyBytes += bytes;
    return null;
  }

  /** Frees all that a request holds; call it when its answer is over. */
  giveBack(exchange: Exchange): void {
    this.#held -= exchange.bodyBytes;
    exchange.bodyBytes = 0;
  }
}

const FULL = new Refusal('overloaded', {
  status: 503,
  message: 'The service holds as many requests as it has room for; ask again in a moment.',
  code: 'overloaded',
  retryAfterMs: 1000,
});
