import type { ChatAnswer, ChatMessage, ChatPart, Message } from './chat.js';

/**
 * The turns as text alone, for those who look at words: a call of a tool is what the assistant says,
 * its result what the user says, and what has no text is left out.
 */
export function textMessages(messages: readonly ChatMessage[]): Message[] {
  return messages.map(({ role, parts }) => ({
    role: role === 'tool' ? 'user' : role,
    content: textOf(parts),
  }));
}

/** The text of an answer, without its calls. */
export function answerText(answer: ChatAnswer): string {
  let text = '';
  for (const part of answer.parts) if (part.kind === 'text') text += part.text;
  return text;
}

function textOf(parts: readonly ChatPart[]): string {
  let text = '';
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
      case 'tool_result':
        text += part.text;
        break;
      case 'tool_call':
        text += `${part.name}(${part.arguments})`;
        break;
    }
  }
  return text;
}
