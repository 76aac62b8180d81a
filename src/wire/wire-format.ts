import type { TokenUsage } from '../costs/index.js';
import type { FinishReason, Message, ResponseSchema } from './chat.js';

/** What a request asks for beyond its messages. Null means that the request left it out. */
export interface WireParameters {
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
}

/** A request as parsed, the same whichever format it came in. */
export interface WireRequest {
  readonly model: string;
  /** System text first, whatever the format keeps it in. */
  readonly messages: readonly Message[];
  readonly parameters: WireParameters;
  readonly responseSchema: ResponseSchema | null;
  readonly stream: boolean;
  /** Whether a streamed answer carries its token counts. */
  readonly streamUsage: boolean;
}

/** What is known when a streamed answer begins. */
export interface WireAnswerHead {
  readonly id: string;
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** Null where nothing was counted. */
  readonly inputTokens: number | null;
}

/** A finished answer. */
export interface WireAnswer extends WireAnswerHead {
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Null where nothing was counted. */
  readonly usage: TokenUsage | null;
}

/** An error for the client; its type in the body follows from the status. */
export interface WireFailure {
  readonly status: number;
  readonly message: string;
  /** The format's own code, where it has one. */
  readonly code?: string;
  readonly requestId?: string;
}

/** One format of request, answer, event stream and error. Frames are server-sent events, ready to write. */
export interface WireFormat {
  readonly name: string;
  /** Path of the endpoint, e.g. `/v1/messages`. */
  readonly path: string;
  /** Header in which the id of a request goes back to the client. */
  readonly requestIdHeader: string;
  /** @throws WireRequestError that names the member at fault. */
  parseRequest(body: unknown): WireRequest;
  /** Body of an answer that is not streamed, before JSON. */
  answerBody(answer: WireAnswer): Readonly<Record<string, unknown>>;
  /** Frames that open a stream, before any text. */
  streamOpening(head: WireAnswerHead, request: WireRequest): string;
  /** A frame with the next piece of text. */
  streamDelta(head: WireAnswerHead, text: string, request: WireRequest): string;
  /** Frames that end a stream: why it stopped, token counts, end mark. */
  streamEnding(answer: WireAnswer, request: WireRequest): string;
  /** Body of an error, before JSON. */
  errorBody(failure: WireFailure): Readonly<Record<string, unknown>>;
}

/** A request that the format does not allow or that this program cannot serve: answer it with 400. */
export class WireRequestError extends Error {
  override readonly name = 'WireRequestError';
}
