import type { ModelPricing } from '../../costs/index.js';
import type { ChatFormat, ChatRequest } from '../../wire/index.js';
import type { ModelSpec } from '../model-spec.js';

/** A model to pass traffic on to. */
export interface UpstreamSpec extends ModelSpec {
  /** Longest silence inside an answer, in milliseconds. @default 120_000 */
  readonly idleTimeoutMs?: number;
}

/**
 * A model behind HTTP for traffic that passes through: it is asked in its own format and its answer
 * comes back as bytes. Unlike a `Model` it knows tools and streams. It sends once and never retries.
 */
export interface Upstream {
  /** `provider/name`. */
  readonly id: string;
  readonly origin: 'live' | 'simulated';
  readonly format: ChatFormat;
  readonly pricing: ModelPricing;
  /** Upstreams that share this share a rate limit. */
  readonly rateLimitKey: string;
  /**
   * One attempt: resolves when the head of a 2xx answer has come.
   * @param request its `model` is replaced by the provider's name for this one
   * @param from name of the format that the request came in
   * @throws ModelError, classified and without secrets; the abort of `signal` reaches the socket
   * @throws WireRequestError for what cannot be said in this upstream's format; nothing was sent
   */
  send(request: ChatRequest, from: string, signal: AbortSignal): Promise<UpstreamReply>;
  /** Lets idle connections go. */
  close(): Promise<void>;
}

/** The head of an answer that has begun. */
export interface UpstreamReply {
  /** The provider's id of the request; null where it sent none. */
  readonly requestId: string | null;
  /** Whether the body is an event stream. */
  readonly streams: boolean;
  /**
   * The body as it arrives. Read it to the end or abort.
   * @throws ModelError `truncated`, `timeout` or `aborted`, once what came has been handed over
   */
  readonly body: AsyncIterable<Uint8Array>;
}
