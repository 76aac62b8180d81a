import type { ModelPricing } from '../../src/costs/index.js';
import { ModelError, type Upstream } from '../../src/models/index.js';
import {
  answerEvents,
  type ChatAnswer,
  type ChatFormat,
  type ChatRequest,
  openaiChat,
} from '../../src/wire/index.js';

/** What an upstream does with one request; streamed answers come in the pieces given, or fail after them. */
export type Behaviour =
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'answer'; readonly text: string; readonly usage?: ChatAnswer['usage'] }
  /** Sends the beginning of an answer, then fails. */
  | {
      readonly kind: 'breaks';
      readonly after: number;
      readonly text: string;
      readonly error: Error;
    }
  /** Sends the beginning of an answer, then nothing until it is aborted. */
  | { readonly kind: 'hangs'; readonly after: number; readonly text: string }
  /** Sends just this as a stream, then fails. */
  | { readonly kind: 'raw'; readonly pieces: readonly string[]; readonly error: Error }
  /** Never begins. */
  | { readonly kind: 'silent' };

export interface ScriptedUpstream extends Upstream {
  readonly asked: readonly ChatRequest[];
  /** Requests that were aborted. */
  readonly aborted: () => number;
  /** Bodies that nobody reads to the end or gives up. */
  readonly open: () => number;
}

/** Dollars per million tokens: as many nano-dollars a token, times a thousand. */
export const priceOf = (model: string, input = 1, output = 2): ModelPricing => ({
  model,
  source: 'experiment',
  asOf: '2026-01-01',
  rates: { input: input * 1e9, cachedInput: null, cacheWrite: null, output: output * 1e9 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: null,
});

export const USAGE = { input: 20, cachedInput: 0, cacheWrite: 0, output: 7, reasoning: 0 };
/** What it costs at the price of `priceOf`: 20 × 1,000 + 7 × 2,000. */
export const COST = 34_000;

export const failing = (
  kind: ConstructorParameters<typeof ModelError>[0],
  options: ConstructorParameters<typeof ModelError>[2] = {},
): Behaviour => ({
  kind: 'error',
  error: new ModelError(
    kind,
    `10.0.0.7:8000: HTTP ${options.status ?? 500}: it says ${kind}`,
    options,
  ),
});

/** Does one thing after the other, then the last one again and again. */
export function scriptedUpstream(
  id: string,
  behaviours: readonly Behaviour[],
  options: {
    readonly format?: ChatFormat;
    readonly pricing?: ModelPricing;
    /** Answers whole, whatever is asked. */
    readonly streams?: false;
  } = {},
): ScriptedUpstream {
  const format = options.format ?? openaiChat;
  const asked: ChatRequest[] = [];
  const signals: AbortSignal[] = [];
  let open = 0;
  async function* watched(body: AsyncIterable<Uint8Array>): AsyncIterableIterator<Uint8Array> {
    open++;
    try {
      yield* body;
    } finally {
      open--;
    }
  }
  return {
    id,
    origin: 'live',
    format,
    pricing: options.pricing ?? priceOf(id),
    rateLimitKey: id,
    asked,
    open: () => open,
    aborted: () => signals.filter(({ aborted }) => aborted).length,
    close: async () => {},
    async send(request, from, signal) {
      format.requestBody(request, from);
      const behaviour = behaviours[Math.min(asked.length, behaviours.length - 1)]!;
      asked.push(request);
      signals.push(signal);
      const untilAborted = () =>
        new Promise<never>((_resolve, reject) => {
          const abort = () => reject(new ModelError('aborted', 'aborted by us'));
          if (signal.aborted) abort();
          else signal.addEventListener('abort', abort, { once: true });
        });
      if (behaviour.kind === 'error') throw behaviour.error;
      if (behaviour.kind === 'silent') return untilAborted();
      if (behaviour.kind === 'raw') {
        return { requestId: null, streams: true, body: watched(failingAfter(behaviour)) };
      }
      const answer: ChatAnswer = {
        id: `answer-${asked.length}`,
        model: id,
        created: 1_700_000_000,
        parts: [{ kind: 'text', text: behaviour.text }],
        finishReason: 'stop',
        usage:
          behaviour.kind === 'answer' && behaviour.usage !== undefined ? behaviour.usage : USAGE,
      };
      const streams = request.stream && options.streams !== false;
      const pieces = streams
        ? framesOf(answer, format)
        : [JSON.stringify(format.answerBody(answer))];
      async function* body(): AsyncIterableIterator<Uint8Array> {
        for (const [at, piece] of pieces.entries()) {
          if (behaviour.kind === 'breaks' && at === behaviour.after) throw behaviour.error;
          if (behaviour.kind === 'hangs' && at === behaviour.after) await untilAborted();
          yield Buffer.from(piece);
        }
      }
      return { requestId: null, streams, body: watched(body()) };
    },
  };
}

/** Start, one word after another, end: a frame each. */
function framesOf(answer: ChatAnswer, format: ChatFormat): string[] {
  const writer = format.createStreamWriter({ created: answer.created, usage: true });
  return answerEvents(answer, /\S+\s*/g)
    .map((event) => writer.write(event))
    .filter((frames) => frames !== '');
}

async function* failingAfter({
  pieces,
  error,
}: Extract<Behaviour, { kind: 'raw' }>): AsyncIterableIterator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
  throw error;
}
