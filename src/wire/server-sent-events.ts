import { type Frame, WireAnswerError } from './chat-format.js';

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
 * UTF-8. Comments, or nothing, make no frame of their own before one that says something: what came of
 * them alone when a chunk ends is one frame without event and with empty data.
 */
export function createFrameSplitter(): FrameSplitter {
  const decoder = new TextDecoder('utf-8');
  let raw = '';
  let line = '';
  let event: string | null = null;
  let data: string | null = null;
  /** Whether `raw` ends with a frame of comments, or of nothing. */
  let isQuiet = false;
  /** Whether the last chunk ended with a return, whose line feed may still come. */
  let wasReturn = false;

  function endLine(frames: Frame[]): void {
    if (line === '') {
      isQuiet = event === null && data === null;
      // A flood of them must not become a flood of objects.
      if (isQuiet) return;
      frames.push({ raw, event, data: data ?? '' });
      raw = '';
      event = null;
      data = null;
      return;
    }
    isQuiet = false;
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
      if (text === '') return frames;
      let taken = 0;
      let lineStart = wasReturn && text.startsWith('\n') ? 1 : 0;
      let feed = text.indexOf('\n', lineStart);
      let carriage = text.indexOf('\r', lineStart);
      while (feed !== -1 || carriage !== -1) {
        const isReturn = carriage !== -1 && (feed === -1 || carriage < feed);
        const end = isReturn ? carriage : feed;
        const next = isReturn && feed === end + 1 ? end + 2 : end + 1;
        line += text.slice(lineStart, end);
        lineStart = next;
        if (line === '' && (event !== null || data !== null)) {
          raw += text.slice(taken, next);
          taken = next;
        }
        endLine(frames);
        if (feed !== -1 && feed < next) feed = text.indexOf('\n', next);
        if (carriage !== -1 && carriage < next) carriage = text.indexOf('\r', next);
      }
      wasReturn = text.endsWith('\r');
      raw += text.slice(taken);
      line += text.slice(lineStart);
      if (isQuiet && line === '') {
        frames.push({ raw, event: null, data: '' });
        raw = '';
      }
      if (raw.length > MAX_FRAME) {
        throw new WireAnswerError(`a frame of the stream is longer than ${MAX_FRAME} characters`);
      }
      return frames;
    },
    rest: () => raw,
  };
}
