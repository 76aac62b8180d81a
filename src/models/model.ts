import type { ModelPricing, NanoUsd, Origin, TokenUsage } from '../costs/index.js';
import type { FinishReason, Message, ResponseSchema } from '../wire/index.js';

/** Everything besides the messages that shapes an answer. Absent means the provider's default. */
export interface ModelParameters {
  readonly temperature?: number;
  /** Most tokens an answer may have; also the worst case that a budget reserves. */
  readonly maxTokens: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  /** Further members of the request body, passed on as they are. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly parameters: ModelParameters;
  readonly responseSchema?: ResponseSchema;
  /** Counts from 1; two trials of a prompt are two independent samples. */
  readonly trial: number;
  /** Which prompt of its dataset it is; only recorded models look at it, to tell repeated prompts apart. */
  readonly promptId?: string;
}

/** What one attempt brought back. */
export interface ModelAnswer {
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Null where the provider sent no count. */
  readonly usage: TokenUsage | null;
  /** Given by simulated and recorded models, whose time is not the clock's; else null (measured). */
  readonly latencyMs: number | null;
  /** Given by recorded models, whose cost is known without tokens; else null (priced). */
  readonly cost: NanoUsd | null;
  /** A recorded model's stored score in [0, 1]; null elsewhere and where none was stored. */
  readonly recordedScore: number | null;
  /** What a recording holds nothing of: unknown, where the answer itself says empty or 0. */
  readonly lacks?: readonly ('text' | 'latency')[];
  /** Of an embedding model: one vector a message, all of one length. */
  readonly vectors?: readonly Float32Array[];
}

/** Something that answers a prompt. Implementations send once and never retry. */
export interface Model {
  /** `provider/name`. */
  readonly id: string;
  readonly origin: Exclude<Origin, 'reused'>;
  /** Null only where answers bring their own cost (recorded models). */
  readonly pricing: ModelPricing | null;
  /** Part of the cell key; null for the provider's own address. */
  readonly baseUrl: string | null;
  /** Models that share this share a rate limit and a concurrency limit. */
  readonly rateLimitKey: string;
  readonly supportsBatch: boolean;
  /** Parameters that the provider refuses for this model, so they are not sent: worth a warning. */
  readonly ignores?: readonly (keyof ModelParameters)[];
  /** Worst-case tokens of the request's input, counted or estimated, never below the truth by design. */
  countInput(request: ModelRequest): number;
  /** True where the maker's tokenizer is not public, so that token counts before a call are estimates. */
  readonly estimatesTokens?: boolean;
  /** Input tokens to be expected, for estimates; as `countInput` where it is absent. */
  expectInput?(request: ModelRequest): number;
  /**
   * One attempt.
   * @throws ModelError, classified; the abort of `signal` reaches the socket.
   */
  attempt(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
}
