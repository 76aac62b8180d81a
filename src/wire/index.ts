import { anthropicMessages } from './anthropic-messages.js';
import type { ChatFormat } from './chat-format.js';
import { openaiChat } from './openai-chat.js';

export { answerEvents, isWholeInEveryFormat } from './answer-events.js';
export type {
  ChatAnswer,
  ChatEvent,
  ChatMessage,
  ChatParameters,
  ChatPart,
  ChatRequest,
  FinishReason,
  Message,
  ResponseSchema,
  ToolChoice,
  ToolDefinition,
  Unknowns,
} from './chat.js';
export {
  type ChatFormat,
  type Frame,
  type StreamHead,
  type StreamReader,
  type StreamWriter,
  WireAnswerError,
} from './chat-format.js';
export { answerText, textMessages } from './plain-text.js';
export { createFrameSplitter, type FrameSplitter } from './server-sent-events.js';
export { type WireFailure, WireRequestError } from './wire-failure.js';
export { anthropicMessages, openaiChat };

/** Every format that the program speaks. */
export const chatFormats: readonly ChatFormat[] = [openaiChat, anthropicMessages];
