import type { TokenUsage } from '../costs/index.js';

/** One turn of a conversation. Text only. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Why a model stopped. */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'other';

/** Asks for an answer that is JSON of this schema. */
export interface ResponseSchema {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  /** A JSON Schema object whose properties are all required. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What the caller's format says about it beyond (strictness, that any object will do). */
  readonly extra?: Unknowns;
}

/** Members of a JSON object that this program has no word for, as they came. */
export type Unknowns = Readonly<Record<string, unknown>>;

/**
 * A piece of a message or of an answer. `extra` holds what the caller's format says about it and the
 * other does not know (a cache mark, a level of detail): it is sent on in the same format only.
 */
export type ChatPart = { readonly extra?: Unknowns } & (
  | { readonly kind: 'text'; readonly text: string }
  /** An http(s) address, or a `data:` one with the picture in it. */
  | { readonly kind: 'image'; readonly url: string }
  /** `arguments` is the text of a JSON object, as the model wrote it. */
  | {
      readonly kind: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | {
      readonly kind: 'tool_result';
      readonly callId: string;
      readonly text: string;
      readonly isError: boolean;
    }
  /** A part that only the caller's format knows (a document, audio, thinking). */
  | { readonly kind: 'other'; readonly raw: Unknowns }
);

/** One turn, with everything in it. Results of tools have a turn of their own, role `tool`. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly ChatPart[];
  readonly extra?: Unknowns;
}

/** A function that the model may ask the caller to call. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly extra?: Unknowns;
}

/** Whether and which tool must be called. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What a request asks for beyond its messages. Null means that the request left it out. */
export interface ChatParameters {
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
}

/** A request for an answer, the same whichever format it came in. */
export interface ChatRequest {
  readonly model: string;
  /** System text first, whatever the format keeps it in. */
  readonly messages: readonly ChatMessage[];
  readonly parameters: ChatParameters;
  readonly tools: readonly ToolDefinition[];
  /** Null where the request left it out. */
  readonly toolChoice: ToolChoice | null;
  /** Null where the request left it out. */
  readonly parallelToolCalls: boolean | null;
  readonly responseSchema: ResponseSchema | null;
  readonly stream: boolean;
  /** Whether a streamed answer is to carry its token counts. */
  readonly streamUsage: boolean;
  /** Members that may shape the answer and that only the caller's format knows (thinking, log-probabilities). */
  readonly others: Unknowns;
  /** Members that say who asks and why, and shape no answer (user, metadata). */
  readonly labels: Unknowns;
}

/** A finished answer, the same whichever format it came in. */
export interface ChatAnswer {
  readonly id: string;
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** Text, calls of tools, and parts that only one format knows. */
  readonly parts: readonly ChatPart[];
  readonly finishReason: FinishReason;
  /** Null where nothing was counted. */
  readonly usage: TokenUsage | null;
  /** What its format says beyond this (log-probabilities, the stop sequence that was met). */
  readonly native?: {
    /** Name of the format; no other writes them. */
    readonly format: string;
    readonly members: Unknowns;
  };
}

/** What a streamed answer consists of, in the order in which it is written. */
export type ChatEvent =
  | {
      readonly kind: 'start';
      readonly id: string;
      readonly model: string;
      /** Null where the format tells it at the end. */
      readonly inputTokens: number | null;
    }
  | { readonly kind: 'text'; readonly text: string }
  /** A call begins. `index` counts the calls of this answer from 0. */
  | {
      readonly kind: 'tool_call';
      readonly index: number;
      readonly id: string;
      readonly name: string;
    }
  /** The next piece of a call's arguments. */
  | { readonly kind: 'tool_arguments'; readonly index: number; readonly json: string }
  /** Something that only one format knows (thinking): it passes in the same format only. */
  | { readonly kind: 'other' }
  | { readonly kind: 'finish'; readonly reason: FinishReason }
  | { readonly kind: 'usage'; readonly usage: TokenUsage }
  /** The provider broke off in its own words. */
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'end' };
