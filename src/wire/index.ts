export type { FinishReason, Message, ResponseSchema } from './chat.js';
