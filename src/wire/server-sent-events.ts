import { type Frame, WireAnswerError } from './chat-format.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Characters of one frame; a body that never ends a frame must not fill the memory. */
const MAX_FRAME = 32 * 1024 * 1024;

/** One server-sent event with JSON data (WHATWG HTML, "Server-sent events"), ready to write. */
export function eventFrame(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** Cuts the bytes of an event stream into its frames. */
export interface FrameSplitter {
  /**
   * The frames that these bytes complete. A chunk may end anywhere, within a character too.
   * @throws WireAnswerError for a frame of more than 32 Mi characters
   */
  push(chunk: Uint8Array): readonly Frame[];
  /** What came after the last frame: not empty where the body broke off within one. */
  rest(): string;
}

/**
 * A splitter for one body, in time linear in its bytes however they are cut. Lines end in `\n`, `\r\n`
 * or `\r`. The frames' `raw`, joined, is the body, but for a byte order mark and bytes that are no
 * UTF-8; frames of comments, or of nothing, have no event and empty data.
 */
export function createFrameSplitter(): FrameSplitter {
  const decoder = new TextDecoder('utf-8');
  let raw = '';
  let line = '';
  let event: string | null = null;
  let data: string | null = null;
  let endedByReturn = false;

  function endLine(frames: Frame[]): void {
    if (line === '') {
      frames.push({ raw, event, data: data ?? '' });
      raw = '';
      event = null;
      data = null;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field === 'data' || field === 'event') {
      const start = line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1;
      const value = colon === -1 ? '' : line.slice(start);
      if (field === 'event') event = value;
      else data = data === null ? value : `${data}\n${value}`;
    }
    line = '';
  }

  return {
    push(chunk) {
      const text = decoder.decode(chunk, { stream: true });
      const frames: Frame[] = [];
      let taken = 0;
      let lineStart = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code !== LINE_FEED && code !== CARRIAGE_RETURN) {
          endedByReturn = false;
          continue;
        }
        const isSecondHalf = code === LINE_FEED && endedByReturn;
        endedByReturn = code === CARRIAGE_RETURN;
        if (isSecondHalf) {
          lineStart = at + 1;
          continue;
        }
        line += text.slice(lineStart, at);
        lineStart = at + 1;
        if (line === '') {
          // The line feed of a pair stays with its return where both are at hand.
          const isPair = endedByReturn && text.charCodeAt(at + 1) === LINE_FEED;
          raw += text.slice(taken, isPair ? at + 2 : at + 1);
          taken = isPair ? at + 2 : at + 1;
        }
        endLine(frames);
      }
      raw += text.slice(taken);
      line += text.slice(lineStart);
      if (raw.length > MAX_FRAME) {
        throw new WireAnswerError(`a frame of the stream is longer than ${MAX_FRAME} characters`);
      }
      return frames;
    },
    rest: () => raw,
  };
}
