import type { HybridHit } from '../caches/index.js';
import type { UpstreamReply } from '../models/index.js';
import type { ChatAnswer, ChatFormat, ChatRequest, WireFailure } from '../wire/index.js';
import type { Cause, Operation, RoutingLog } from './operation.js';
import type { Tenant } from './tenants.js';

export type { UpstreamReply };

/**
 * What may be repeated to a request: any answer that the service would repeat, only that to the very
 * same request, or none.
 */
export type CacheUse = 'on' | 'exact' | 'off';

/** One request as the HTTP layer hands it in, understood but not decided. */
export interface ServiceRequest {
  /** Unique; goes back in a header and names the operation in the ledger. */
  readonly operationId: string;
  readonly tenant: Tenant;
  readonly tag: string | null;
  /** The kind of work, as the caller declares it; null where it does not. */
  readonly domain: string | null;
  /** Path of the endpoint, for the ledger. */
  readonly endpoint: string;
  readonly format: ChatFormat;
  /** `model` is `auto`, or names one of the service's models. */
  readonly chat: ChatRequest;
  readonly cache: CacheUse;
  readonly compress: boolean;
  /** Aborted when the client has gone. */
  readonly left: AbortSignal;
  /** Milliseconds since the epoch at which the request had arrived. */
  readonly arrivedAt: number;
}

/** What is known of an operation when its answer begins; goes out in headers. */
export interface ReplyHead {
  /** The model that answers, `provider/name`. */
  readonly model: string;
  readonly simulated: boolean;
  readonly cause: Cause;
  readonly cache: Operation['cache'];
  /** What was repeated: the entry, and how similar its request is (null for the same); null for no hit. */
  readonly repeated: Pick<HybridHit, 'id' | 'similarity'> | null;
  readonly routing: RoutingLog | null;
  /** A sentence about a budget that is nearly used up; null for none. */
  readonly warning: string | null;
}

/** What becomes of a request. The ledger holds it before the last byte is handed over. */
export type ServiceReply =
  | {
      readonly kind: 'answer';
      readonly head: ReplyHead;
      /** As committed: cost, tokens removed. */
      readonly operation: Operation;
      readonly answer: ChatAnswer;
      /** The body to send, in the caller's format: the provider's own bytes where the formats agree. */
      readonly body: string | Uint8Array;
    }
  | {
      readonly kind: 'stream';
      readonly head: ReplyHead;
      /** Frames ready to send, in the caller's format. The one that ends the stream comes after the commit. */
      readonly frames: AsyncIterable<string | Uint8Array>;
    }
  | { readonly kind: 'failure'; readonly failure: ServiceFailure; readonly operation: Operation };

/** A failure as the caller is told of it. */
export interface ServiceFailure extends WireFailure {
  /** How long to wait before asking again, in milliseconds; null where waiting does not help. */
  readonly retryAfterMs: number | null;
}

/** The service without HTTP: cache, compression, routing, generation, metering and the ledger. */
export interface Gateway {
  /** Ids that a request may name, `auto` first where a routing table is loaded. */
  readonly models: readonly string[];
  /** False while the ledger takes nothing: requests are refused then, before anything is paid for. */
  readonly accepting: boolean;
  /** Never rejects for what a provider, a caller or a budget does. */
  handle(request: ServiceRequest): Promise<ServiceReply>;
  /** Resolves once nothing is under way any more. */
  drain(): Promise<void>;
}
