export { anthropicMessages } from './anthropic-messages.js';
export type { FinishReason, Message, ResponseSchema } from './chat.js';
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
