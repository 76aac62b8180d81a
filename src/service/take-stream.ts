import type { TokenUsage } from '../costs/index.js';
import { ModelError, type UpstreamReply } from '../models/index.js';
import {
  type ChatAnswer,
  type ChatEvent,
  createFrameSplitter,
  type Frame,
  type StreamReader,
  WireAnswerError,
} from '../wire/index.js';
import type { OpenAttempt, Seen } from './meter.js';

/** A frame and what it says. */
export interface ReadFrame {
  readonly frame: Frame;
  readonly events: readonly ChatEvent[];
}

/** A streamed answer that has begun. Its attempt is still open. */
export interface OpenStream {
  readonly kind: 'stream';
  readonly attempt: OpenAttempt;
  readonly source: AnswerStream;
  /** What has been read of it so far. */
  readonly opening: readonly ReadFrame[];
}

/** Frames before the first words that are held back; a provider that sends more is believed to answer. */
const LONGEST_OPENING = 1_000;

/**
 * Reads a streamed answer up to its first words, so that one which breaks off before them can still
 * be asked of another model.
 * @throws ModelError, booked
 */
export async function takeStream(reply: UpstreamReply, attempt: OpenAttempt): Promise<OpenStream> {
  const source = new AnswerStream(reply.body, attempt);
  const opening: ReadFrame[] = [];
  try {
    while (!source.hasWords && opening.length < LONGEST_OPENING) {
      const frames = await source.next();
      if (frames === null) break;
      opening.push(...frames);
    }
  } catch (error) {
    attempt.failed(error, source.seen());
    await source.close();
    throw error;
  }
  return { kind: 'stream', attempt, source, opening };
}

/** The frames of one streamed answer, each read once, and what they add up to. */
export class AnswerStream {
  readonly #body: AsyncIterator<Uint8Array>;
  readonly #splitter = createFrameSplitter();
  readonly #reader: StreamReader;
  readonly #id: string;
  #inputTokens: number | null = null;
  #usage: TokenUsage | null = null;
  #hasWords = false;
  #finished = false;
  #ended = false;
  #failure: ModelError | null = null;

  constructor(body: AsyncIterable<Uint8Array>, { upstream }: OpenAttempt) {
    this.#body = body[Symbol.asyncIterator]();
    this.#reader = upstream.format.createStreamReader();
    this.#id = upstream.id;
  }

  /** Whether anything came that a caller sees. */
  get hasWords(): boolean {
    return this.#hasWords;
  }

  /** Whether the end mark has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The count that the provider sent; null where it sent none. */
  get usage(): TokenUsage | null {
    return this.#usage;
  }

  /** The answer so far; null before it began, and where what came makes none. */
  answer(): ChatAnswer | null {
    try {
      return this.#reader.answer();
    } catch {
      // Bookings rest on this: what cannot be put together must not keep an attempt from being booked.
      return null;
    }
  }

  /** What came of an answer that will not come to its end; null where it never began. */
  seen(): Seen | null {
    const answer = this.answer();
    if (answer === null) return null;
    // A count before the answer's end is a count so far.
    const usage = this.#finished ? this.#usage : null;
    return { inputTokens: this.#inputTokens, parts: answer.parts, usage };
  }

  /**
   * The frames that arrived next; null once the answer is whole.
   * @throws ModelError `truncated` where it broke off or cannot be read, or what the body rejects with
   */
  async next(): Promise<readonly ReadFrame[] | null> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#ended) return null;
      const { done, value } = await this.#body.next();
      if (done) {
        // Some providers close without an end mark.
        if (this.#finished) return null;
        throw new ModelError('truncated', `${this.#id}: the stream ended before the answer did`);
      }
      const frames = this.#read(value);
      if (frames.length > 0) return frames;
    }
  }

  /** Gives up what is still to come. */
  async close(): Promise<void> {
    try {
      await this.#body.return?.();
    } catch {
      // Given up already.
    }
  }

  /** Reads what still comes after the end mark, so that the connection can be used again. */
  async drain(): Promise<void> {
    try {
      while (!(await this.#body.next()).done);
    } catch {
      // The answer is whole; nothing depends on how its connection ends.
    }
  }

  /** What came before something unreadable counts, and is handed over first. */
  #read(chunk: Uint8Array): ReadFrame[] {
    const read: ReadFrame[] = [];
    try {
      for (const frame of this.#splitter.push(chunk)) {
        const events = this.#reader.read(frame);
        for (const event of events) this.#note(event);
        append(read, { frame, events });
      }
    } catch (cause) {
      if (cause instanceof ModelError) this.#failure = cause;
      else if (!(cause instanceof WireAnswerError)) throw cause;
      else {
        const message = `${this.#id}: the stream cannot be read`;
        this.#failure = new ModelError('truncated', message, { cause });
      }
    }
    return read;
  }

  #note(event: ChatEvent): void {
    switch (event.kind) {
      case 'start':
        this.#inputTokens = event.inputTokens;
        return;
      case 'usage':
        this.#usage = event.usage;
        return;
      case 'finish':
        this.#finished = true;
        this.#hasWords = true;
        return;
      case 'end':
        this.#ended = true;
        return;
      case 'error':
        throw new ModelError('truncated', `${this.#id}: the provider broke off the stream`);
      default:
        this.#hasWords = true;
    }
  }
}

/** Frames that say nothing are kept as one, or a flood of them would fill the memory. */
function append(read: ReadFrame[], next: ReadFrame): void {
  const last = read.at(-1);
  if (last === undefined || last.events.length > 0 || next.events.length > 0) {
    read.push(next);
    return;
  }
  const raw = last.frame.raw + next.frame.raw;
  read[read.length - 1] = { frame: { ...next.frame, raw }, events: [] };
}
