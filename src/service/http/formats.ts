import { type ChatFormat, chatFormats } from '../../wire/index.js';

/** What the article's API, and every path that is nobody's own, answers errors in. */
export const OWN_FORMAT: ChatFormat = chatFormats[0]!;

/** The format of whoever asks for a path, known route or not. */
export function formatOf(path: string): ChatFormat {
  for (const format of chatFormats) {
    if (path === format.path || path.startsWith(`${format.path}/`)) return format;
  }
  return OWN_FORMAT;
}
