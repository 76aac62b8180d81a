import { priceUsage } from '../../../costs/index.js';
import { createRng } from '../../../statistics/index.js';
import type { ChatFormat, Unknowns, WireFailure } from '../../../wire/index.js';
import type { AccountBook } from '../stand-in-account.js';
import { type CallOptions, chatAnswerOf, understandCall } from '../stand-in-call.js';
import { checkBatchOptions, type StandInBatchOptions } from './batch-options.js';

/** One request of a batch. */
export interface AskedItem {
  readonly customId: string;
  readonly body: unknown;
}

/** What became of it. */
export type ItemOutcome = { readonly customId: string; readonly requestId: string } & (
  | { readonly kind: 'answered'; readonly body: Unknowns }
  | { readonly kind: 'failed'; readonly failure: WireFailure }
  | { readonly kind: 'expired' | 'cancelled' }
);

export interface HeldBatch {
  readonly id: string;
  readonly format: ChatFormat;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly total: number;
  /** What the format keeps beside the requests. */
  readonly labels: Unknowns;
  state: 'running' | 'cancelling' | 'ended' | 'expired' | 'cancelled' | 'failed';
  /** How often it was found running. */
  looks: number;
  /** Done so far, answered or not. */
  done: number;
  /** Why it failed whole. */
  reason: string | null;
  /** Once it is over, in the order of the items. */
  outcomes: readonly ItemOutcome[];
}

const MOST_BATCHES = 100;
/** For a price that says nothing of batches: what both makers take. */
const USUAL_MULTIPLIER = 0.5;

/**
 * Takes batches in and works on them: an item is answered as the same request would be alone, and billed
 * at the batch price when its batch is over. Beyond a hundred batches the oldest are forgotten.
 */
export class BatchDesk {
  readonly #options: CallOptions & { readonly batch?: StandInBatchOptions };
  readonly #batch: StandInBatchOptions;
  readonly #book: AccountBook;
  readonly #held = new Map<string, { readonly batch: HeldBatch; items: readonly AskedItem[] }>();
  #submissions = 0;
  #requests = 0;

  /** @throws UserError for an option that cannot be */
  constructor(options: CallOptions & { readonly batch?: StandInBatchOptions }, book: AccountBook) {
    this.#options = options;
    this.#batch = options.batch ?? {};
    this.#book = book;
    checkBatchOptions(this.#batch);
  }

  get mostItems(): number {
    return this.#batch.mostItems ?? Number.POSITIVE_INFINITY;
  }

  get pageSize(): number {
    return this.#batch.pageSize ?? 100;
  }

  /** @param invalid why the batch will not be worked on; null where it will */
  submit(
    format: ChatFormat,
    items: readonly AskedItem[],
    labels: Unknowns,
    invalid: string | null = null,
  ): HeldBatch {
    this.#submissions++;
    this.#book.countBatch();
    const id = `batch_${this.#submissions}`;
    const batch: HeldBatch = {
      id,
      format,
      createdAt: Date.now(),
      total: items.length,
      labels,
      state: invalid === null ? 'running' : 'failed',
      looks: 0,
      done: 0,
      reason: invalid,
      outcomes: [],
    };
    this.#held.set(id, { batch, items: invalid === null ? items : [] });
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST_BATCHES && oldest !== undefined) this.#held.delete(oldest);
    return batch;
  }

  /** Whether the reply to the submission that was just taken is to be lost. */
  get losesReply(): boolean {
    return this.#submissions <= (this.#batch.loseReplies ?? 0);
  }

  /** A batch as it is when it is looked at, which is what brings it on; null where there is none. */
  look(format: ChatFormat, id: string): HeldBatch | null {
    const held = this.#held.get(id);
    if (held === undefined || held.batch.format !== format) return null;
    const { batch } = held;
    if (batch.state === 'cancelling') this.#end(batch, held.items, 'cancelled');
    else if (batch.state === 'running') {
      const { polls = 0, delayMs = 0 } = this.#batch;
      if (batch.looks >= polls && Date.now() - batch.createdAt >= delayMs) {
        batch.done = this.#reach(batch.total);
        this.#end(batch, held.items, batch.done < batch.total ? 'expired' : 'ended');
      } else {
        batch.looks++;
        batch.done = Math.floor((this.#reach(batch.total) * batch.looks) / (polls + 1));
      }
    }
    if (batch.outcomes.length > 0) held.items = [];
    return batch;
  }

  /** Newest first, each looked at. */
  list(format: ChatFormat): readonly HeldBatch[] {
    return Array.from(this.#held.keys(), (id) => this.look(format, id))
      .filter((batch) => batch !== null)
      .reverse();
  }

  /** @returns whether there was anything left to cancel; null where there is no such batch */
  cancel(format: ChatFormat, id: string): { batch: HeldBatch; wasRunning: boolean } | null {
    const batch = this.#held.get(id)?.batch;
    if (batch === undefined || batch.format !== format) return null;
    const wasRunning = batch.state === 'running';
    if (wasRunning) batch.state = 'cancelling';
    return { batch, wasRunning };
  }

  /** How many items a batch gets through. */
  #reach(total: number): number {
    const { expireAfter } = this.#batch;
    if (expireAfter === undefined) return total;
    return Math.min(total, Math.floor(expireAfter < 1 ? expireAfter * total : expireAfter));
  }

  #end(
    batch: HeldBatch,
    items: readonly AskedItem[],
    state: 'ended' | 'expired' | 'cancelled',
  ): void {
    const { failWhole } = this.#batch;
    batch.state = failWhole === undefined ? state : 'failed';
    batch.reason = failWhole ?? null;
    batch.outcomes = items.map(({ customId, body }, index): ItemOutcome => {
      const requestId = `req_batch_${++this.#requests}`;
      const head = { customId, requestId };
      if (failWhole !== undefined) {
        return { ...head, kind: 'failed', failure: { status: 400, message: failWhole, requestId } };
      }
      if (index >= batch.done) {
        return { ...head, kind: state === 'cancelled' ? 'cancelled' : 'expired' };
      }
      return { ...head, ...this.#work(batch.format, customId, body, requestId) };
    });
  }

  #work(format: ChatFormat, customId: string, body: unknown, requestId: string) {
    const { seed } = this.#options;
    if (createRng(seed, 'batch item', customId).next() < (this.#batch.failItems ?? 0)) {
      const message = 'The server had an error (a simulated failure of one item).';
      return { kind: 'failed' as const, failure: { status: 500, message, requestId } };
    }
    const understood = understandCall(format, body, this.#options);
    if ('failure' in understood) {
      return { kind: 'failed' as const, failure: { ...understood.failure, requestId } };
    }
    const { call } = understood;
    const { usage } = call.answer;
    const batchMultiplier = call.pricing.batchMultiplier ?? USUAL_MULTIPLIER;
    const cost = priceUsage(usage, { ...call.pricing, batchMultiplier }, { batch: true });
    this.#book.countCall(call.model, call.prompt);
    this.#book.countAnswered(call.model, call.prompt);
    this.#book.billBatched({ usage, cost });
    return {
      kind: 'answered' as const,
      body: format.answerBody(chatAnswerOf(call, requestId)),
    };
  }
}
