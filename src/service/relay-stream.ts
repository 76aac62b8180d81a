import { type Clock, ModelError } from '../models/index.js';
import type { ChatAnswer, ChatFormat, StreamWriter } from '../wire/index.js';
import { costComment } from './cost-comment.js';
import type { Operation } from './operation.js';
import { CLIENT_LEFT, mistake, notRecorded, type Refusal, refusalOf } from './refusal.js';
import type { OpenStream, ReadFrame } from './take-stream.js';

/** How a stream ended. */
export interface StreamEnd {
  /** Null where the answer came to its end. */
  readonly refusal: Refusal | null;
  readonly answer: ChatAnswer | null;
  /** Milliseconds since the epoch. */
  readonly firstByteAt: number;
}

export interface RelayOptions {
  readonly stream: OpenStream;
  /** The caller's format. */
  readonly format: ChatFormat;
  /** Whether the caller asked for token counts. */
  readonly usage: boolean;
  readonly clock: Clock;
  /** Commits the operation; called once. Null where the ledger did not take it. */
  readonly commit: (end: StreamEnd) => Promise<Operation | null>;
  /** Cuts the upstream off. */
  readonly abort: () => void;
  /** Told of an error that no provider and no caller makes. */
  readonly onMistake: (error: unknown) => void;
}

/**
 * Hands a streamed answer on as it comes: frame by frame as it was sent where the formats agree, else
 * event by event in the caller's. What ends the stream waits for the commit. Pulled by its consumer,
 * so a slow one slows the upstream; one that stops early counts as a client that left.
 */
export class StreamRelay implements AsyncIterableIterator<string, undefined> {
  readonly #options: RelayOptions;
  /** Null where the frames go on as they are. */
  readonly #writer: StreamWriter | null;
  readonly #firstByteAt: number;
  #opening: readonly ReadFrame[] | null;
  /** The frame that ends the stream. */
  #ending = '';
  #commit: Promise<Operation | null> | null = null;

  constructor(options: RelayOptions) {
    const { stream, format, usage, clock } = options;
    this.#options = options;
    this.#opening = stream.opening;
    this.#firstByteAt = clock.now();
    this.#writer =
      stream.attempt.upstream.format.name === format.name
        ? null
        : format.createStreamWriter({ created: Math.floor(this.#firstByteAt / 1000), usage });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      if (this.#commit !== null) {
        await this.#commit;
        return { done: true, value: undefined };
      }
      let frames: readonly ReadFrame[] | null;
      try {
        frames = await this.#pull();
      } catch (error) {
        if (this.#isOver()) continue;
        return { done: false, value: await this.#break(error) };
      }
      if (this.#isOver()) continue;
      if (frames === null) return { done: false, value: await this.#complete() };
      const text = this.#render(frames);
      if (text !== '') return { done: false, value: text };
    }
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    await this.leave();
    return { done: true, value: undefined };
  }

  /**
   * The client has gone: the upstream is cut off, and what was used is booked. Resolves once it is
   * committed; where the stream has ended already, it changes nothing.
   */
  async leave(): Promise<void> {
    if (this.#commit === null) {
      const { stream, abort } = this.#options;
      const gone = new ModelError('aborted', 'the client went away');
      stream.attempt.failed(gone, stream.source.seen());
      abort();
      this.#end(CLIENT_LEFT);
    }
    await this.#commit;
  }

  /** The client may have left while something else was awaited. */
  #isOver(): boolean {
    return this.#commit !== null;
  }

  async #pull(): Promise<readonly ReadFrame[] | null> {
    const opening = this.#opening;
    if (opening === null) return this.#options.stream.source.next();
    this.#opening = null;
    return opening;
  }

  #render(frames: readonly ReadFrame[]): string {
    let text = '';
    for (const { frame, events } of frames) {
      const ends = events.some(({ kind }) => kind === 'end');
      let rendered = '';
      if (this.#writer === null) rendered = this.#isAskedFor(events) ? frame.raw : '';
      else for (const event of events) rendered += this.#writer.write(event);
      if (ends) {
        // What a provider sends behind its own end mark belongs to no answer.
        this.#ending = rendered;
        break;
      }
      text += rendered;
    }
    return text;
  }

  /** Counts are asked of every upstream, and passed on to those who asked for them. */
  #isAskedFor(events: ReadFrame['events']): boolean {
    if (this.#options.usage || events.length === 0) return true;
    return events.some(({ kind }) => kind !== 'usage');
  }

  async #complete(): Promise<string> {
    const { stream, format } = this.#options;
    const { attempt, source } = stream;
    attempt.answered(source.usage, source.answer()?.parts ?? []);
    const committed = this.#end(null);
    void source.drain();
    if (!source.ended && this.#writer !== null) this.#ending = this.#writer.write({ kind: 'end' });
    const operation = await committed;
    if (operation === null) return format.errorFrame(notRecorded().failure);
    return costComment(operation) + this.#ending;
  }

  async #break(error: unknown): Promise<string> {
    const { stream, format, abort, onMistake } = this.#options;
    const { attempt, source } = stream;
    attempt.failed(error, source.seen());
    abort();
    const known = error instanceof ModelError;
    if (!known) onMistake(error);
    const refusal = known ? refusalOf(error, attempt.upstream.id) : mistake();
    await this.#end(refusal);
    return format.errorFrame(refusal.failure);
  }

  #end(refusal: Refusal | null): Promise<Operation | null> {
    const answer = this.#options.stream.source.answer();
    this.#commit = this.#options.commit({ refusal, answer, firstByteAt: this.#firstByteAt });
    return this.#commit;
  }
}
