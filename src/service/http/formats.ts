import { anthropicMessages, type ChatFormat, openaiChat } from '../../wire/index.js';

/** What the article's API and everything that is nobody's own answers errors in. */
export const OWN_FORMAT: ChatFormat = openaiChat;

/** Formats with an endpoint of their own. */
export const CHAT_FORMATS: readonly ChatFormat[] = [openaiChat, anthropicMessages];

/** The format of whoever asks for a path, known route or not. */
export function formatOf(path: string): ChatFormat {
  for (const format of CHAT_FORMATS) {
    if (path === format.path || path.startsWith(`${format.path}/`)) return format;
  }
  return OWN_FORMAT;
}
