import {
  type BatchApi,
  type BatchItem,
  type BatchResult,
  type BatchState,
  ModelError,
  type ModelErrorKind,
  type ModelRequest,
} from '../../src/models/index.js';

/** What becomes of a request the nth time it is sent in a batch. */
export type Fate =
  | 'answered'
  | 'uncounted'
  | 'expired'
  | 'cancelled'
  | 'missing'
  | { readonly failed: ModelErrorKind };

export interface ProviderOptions {
  readonly fate?: (request: ModelRequest, nth: number) => Fate;
  /** Tells where an effect begins and ends; may throw, as where the process dies. */
  readonly step?: () => void;
  readonly limits?: { readonly items: number; readonly bytes: number };
  /** Looks at a batch before it has ended. */
  readonly looks?: number;
  /** Whether a batch can be told by its token before it has ended. */
  readonly hides?: boolean;
  /** Whether a batch cannot be found at once. */
  readonly lags?: boolean;
  readonly fails?: (nth: number) => string | null;
  /** Instead of the id, the nth submission gets this; `true` where it was accepted all the same. */
  readonly trouble?: (nth: number) => { readonly kind: ModelErrorKind; accepted: boolean } | null;
}

interface Kept {
  readonly token: string;
  readonly items: readonly BatchItem[];
  readonly reason: string | null;
  state: BatchState;
  looks: number;
  isListed: boolean;
}

export const INPUT_TOKENS = 50;

/** A provider in memory: what it accepted stays when whoever asked it dies. */
export class FakeProvider {
  readonly batches = new Map<string, Kept>();
  /** How often each request was accepted, by model, prompt and trial. */
  readonly sent = new Map<string, number>();
  readonly submissions: (readonly string[])[] = [];
  options: ProviderOptions;

  constructor(options: ProviderOptions = {}) {
    this.options = options;
  }

  api(model: string): BatchApi {
    const step = () => this.options.step?.();
    const key = (request: ModelRequest) => `${model} ${request.promptId} ${request.trial}`;
    const kept = (id: string) => {
      const batch = this.batches.get(id);
      if (batch === undefined) throw new ModelError('invalid_request', `no batch ${id}`);
      return batch;
    };
    const provider = this;
    return {
      limits: this.options.limits ?? { items: 1000, bytes: 1_000_000 },
      bytesOf: (item) => JSON.stringify(item).length,
      async submit(items, token) {
        step();
        const nth = provider.submissions.length;
        const trouble = provider.options.trouble?.(nth) ?? null;
        provider.submissions.push(items.map(({ request }) => key(request)));
        if (trouble?.accepted === false) throw new ModelError(trouble.kind, 'not now');
        const id = `batch_${nth}`;
        for (const { request } of items) {
          provider.sent.set(key(request), (provider.sent.get(key(request)) ?? 0) + 1);
        }
        const reason = provider.options.fails?.(nth) ?? null;
        provider.batches.set(id, {
          token,
          items,
          reason,
          state: 'in_progress',
          looks: 0,
          isListed: false,
        });
        step();
        if (trouble !== null) throw new ModelError(trouble.kind, 'no reply');
        return id;
      },
      async find({ token }) {
        step();
        for (const [id, batch] of provider.batches) {
          if (batch.token !== token) continue;
          const isMissed = provider.options.lags === true && !batch.isListed;
          batch.isListed = true;
          if (isMissed) continue;
          const isHidden = provider.options.hides === true && batch.state === 'in_progress';
          if (!isHidden) return { found: 'one', id };
          if (batch.looks++ >= (provider.options.looks ?? 1)) batch.state = 'ended';
          return { found: 'perhaps', candidates: [id] };
        }
        return { found: 'none' };
      },
      async status(id) {
        step();
        const batch = kept(id);
        const isOver = batch.looks++ >= (provider.options.looks ?? 1);
        if (batch.state === 'in_progress' && isOver) {
          batch.state = batch.reason === null ? 'ended' : 'failed';
        }
        const { state, reason, items } = batch;
        const counts = { done: 0, failed: 0, total: items.length };
        return { state, reason, counts };
      },
      async *results(id): AsyncIterable<BatchResult> {
        step();
        const batch = kept(id);
        if (batch.state === 'failed') return;
        // The last come first, as the order is no promise.
        for (const { id, request } of batch.items.toReversed()) {
          step();
          const nth = provider.sent.get(key(request)) ?? 0;
          const fate = provider.options.fate?.(request, nth) ?? 'answered';
          if (batch.state === 'cancelled') {
            yield { id, outcome: 'not_asked', reason: 'cancelled' };
          } else if (fate === 'expired' || fate === 'cancelled') {
            yield { id, outcome: 'not_asked', reason: fate };
          } else if (typeof fate === 'object') {
            yield { id, outcome: 'failed', error: { kind: fate.failed, message: 'no luck' } };
          } else if (fate !== 'missing') {
            yield { id, outcome: 'answered', answer: answerTo(request, fate === 'answered') };
          }
        }
      },
      async cancel(id) {
        step();
        const batch = kept(id);
        if (batch.state === 'in_progress') batch.state = 'cancelled';
      },
    };
  }
}

export function answerTo(request: ModelRequest, isCounted = true) {
  const number = Number(request.promptId?.slice(1));
  return {
    text: `The answer is ${number + 1 + (number % 3 === 0 ? 1 : 0)}.`,
    finishReason: 'stop' as const,
    usage: isCounted
      ? { input: INPUT_TOKENS, cachedInput: 0, cacheWrite: 0, output: 3 + number, reasoning: 0 }
      : null,
    latencyMs: null,
    cost: null,
    recordedScore: null,
  };
}
