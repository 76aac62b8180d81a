export { anthropicMessages } from './anthropic-messages.js';
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
export { openaiChat } from './openai-chat.js';
export {
  type WireAnswer,
  type WireAnswerHead,
  type WireFailure,
  type WireFormat,
  type WireParameters,
  type WireRequest,
  WireRequestError,
} from './wire-format.js';
