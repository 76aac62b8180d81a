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
}
