import { LRUCache } from 'lru-cache';
import type { RoutingRequest } from '../../features/index.js';

/** Beside its texts, what an entry takes. */
const ENTRY_BYTES = 300;

/** Requests by operation, kept in memory until others take their room: feedback comes after the answer. */
export class RememberedRequests {
  readonly #requests: LRUCache<string, RoutingRequest>;

  constructor(maxBytes: number) {
    this.#requests = new LRUCache({ maxSize: maxBytes, sizeCalculation: bytesOf });
  }

  /** One that is larger than all the room is not kept. */
  keep(operationId: string, request: RoutingRequest): void {
    this.#requests.set(operationId, request);
  }

  find(operationId: string): RoutingRequest | null {
    return this.#requests.get(operationId) ?? null;
  }
}

/** Two bytes a character, as strings may take. */
function bytesOf({ messages }: RoutingRequest): number {
  return messages.reduce((sum, { content }) => sum + 2 * content.length, ENTRY_BYTES);
}
