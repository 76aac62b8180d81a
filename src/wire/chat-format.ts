import type { ChatAnswer, ChatEvent, ChatRequest } from './chat.js';
import type { WireFailure } from './wire-failure.js';

/** One server-sent event: the bytes it came as, blank line included, and what they say. */
export interface Frame {
  readonly raw: string;
  /** Null where the frame names none. */
  readonly event: string | null;
  /** Its data lines, joined. */
  readonly data: string;
}

/** Reads the frames of one streamed answer, in order. */
export interface StreamReader {
  /** What a frame says; none where it says nothing (a ping). @throws WireAnswerError */
  read(frame: Frame): readonly ChatEvent[];
  /** The answer so far, as if it ended here. Null before it began. */
  answer(): ChatAnswer | null;
}

/** Writes one streamed answer: frames ready to send, an empty string where an event needs none. */
export interface StreamWriter {
  write(event: ChatEvent): string;
}

/** What a writer must know before the first event. */
export interface StreamHead {
  /** Unix time in seconds. */
  readonly created: number;
  /** Whether the caller asked for token counts. */
  readonly usage: boolean;
}

/** One format of request, answer, event stream and error, read and written on either side. */
export interface ChatFormat {
  readonly name: string;
  /** Path of the endpoint, e.g. `/v1/messages`. */
  readonly path: string;
  /** Header in which the id of a request goes back to the client. */
  readonly requestIdHeader: string;

  /** @throws WireRequestError that names the member at fault. */
  parseRequest(body: unknown): ChatRequest;
  /**
   * The body that asks for this. What came in this very format goes out as it came; a request of the
   * other format loses its labels, and what only that format knows is refused.
   * @param from name of the format that the request came in
   * @throws WireRequestError that names the member which cannot be said in this format
   */
  requestBody(request: ChatRequest, from: string): Readonly<Record<string, unknown>>;

  /** @throws WireAnswerError for a body that holds no answer */
  parseAnswer(body: unknown): ChatAnswer;
  /** Parts that only the other format knows are left out. */
  answerBody(answer: ChatAnswer): Readonly<Record<string, unknown>>;

  createStreamReader(): StreamReader;
  createStreamWriter(head: StreamHead): StreamWriter;

  errorBody(failure: WireFailure): Readonly<Record<string, unknown>>;
  /** A frame that tells of a failure after the stream began. */
  errorFrame(failure: WireFailure): string;
}

/** An answer that cannot be read. */
export class WireAnswerError extends Error {
  override readonly name = 'WireAnswerError';
}
