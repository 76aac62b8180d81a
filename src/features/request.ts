import type { Message } from '../wire/index.js';

/** All that routing may see of a request, in replay and in production alike. */
export interface RoutingRequest {
  readonly messages: readonly Message[];
  /** Declared by the caller; only policies that say so may need it. */
  readonly domain: string | null;
}
