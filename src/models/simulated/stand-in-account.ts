import type { NanoUsd, TokenUsage } from '../../costs/index.js';
import type { Fault } from './faults.js';

/** Billed attempts, summed. */
export interface BilledTotal {
  readonly attempts: number;
  readonly usage: TokenUsage;
  readonly cost: NanoUsd;
}

/** Attempts at one prompt by one model, alone or as an item of a batch. */
export interface CallCount {
  readonly model: string;
  /** `promptHash` of the messages. */
  readonly prompt: string;
  readonly attempts: number;
  /** Attempts that were answered in full. */
  readonly answered: number;
}

/** What the stand-in saw and would bill, kept apart from any client's ledger. */
export interface StandInAccount {
  /** Requests for an answer, whatever came of them; batches are counted apart. */
  readonly attempts: number;
  /** By HTTP status sent; `none` for hangs. Truncated answers began with 200. */
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Record<Fault, number>>;
  /** Answers whose client went away before the end. */
  readonly abandoned: number;
  readonly calls: readonly CallCount[];
  readonly billed: {
    /** The client was sent the count. */
    readonly delivered: BilledTotal;
    /** The client never was: truncated, hung, abandoned, or streamed without its usage. */
    readonly undelivered: BilledTotal;
    /** Items of batches that were answered, at the batch price. */
    readonly batched: BilledTotal;
  };
  /** Batches that were accepted. */
  readonly batches: number;
}

/** One attempt that will be billed. */
export interface Bill {
  readonly usage: TokenUsage;
  readonly cost: NanoUsd;
}

/** Counts as it goes; `snapshot` gives the account so far. */
export class AccountBook {
  #attempts = 0;
  #abandoned = 0;
  readonly #byStatus = new Map<string, number>();
  readonly #byFault: Record<Fault, number> = { rateLimit: 0, serverError: 0, hang: 0, truncate: 0 };
  readonly #calls = new Map<string, { -readonly [Member in keyof CallCount]: CallCount[Member] }>();
  #delivered = NOTHING;
  #undelivered = NOTHING;
  #batched = NOTHING;
  #batches = 0;

  countAttempt(): void {
    this.#attempts++;
  }

  countStatus(status: number | 'none'): void {
    const key = String(status);
    this.#byStatus.set(key, (this.#byStatus.get(key) ?? 0) + 1);
  }

  countFault(fault: Fault): void {
    this.#byFault[fault]++;
  }

  countCall(model: string, prompt: string): void {
    this.#call(model, prompt).attempts++;
  }

  countAnswered(model: string, prompt: string): void {
    this.#call(model, prompt).answered++;
  }

  /** Adds a billed attempt whose count never reached the client. */
  billUndelivered(bill: Bill): void {
    this.#undelivered = sum(this.#undelivered, bill, 1);
  }

  /** Adds a billed attempt whose count the client was sent. */
  billDelivered(bill: Bill): void {
    this.#delivered = sum(this.#delivered, bill, 1);
  }

  countBatch(): void {
    this.#batches++;
  }

  /** Adds an answered item of a batch. */
  billBatched(bill: Bill): void {
    this.#batched = sum(this.#batched, bill, 1);
  }

  /** A client went away before its answer began. */
  abandon(bill: Bill): void {
    this.#abandoned++;
    this.billUndelivered(bill);
  }

  /** A client went away before the end of an answer that was counted and billed as sent. */
  abandonAnswered(model: string, prompt: string, bill: Bill, wasDelivered: boolean): void {
    this.#call(model, prompt).answered--;
    if (wasDelivered) this.#delivered = sum(this.#delivered, bill, -1);
    else this.#undelivered = sum(this.#undelivered, bill, -1);
    this.abandon(bill);
  }

  snapshot(): StandInAccount {
    return {
      attempts: this.#attempts,
      byStatus: Object.fromEntries(this.#byStatus),
      byFault: { ...this.#byFault },
      abandoned: this.#abandoned,
      calls: Array.from(this.#calls.values(), (call) => ({ ...call })),
      billed: {
        delivered: this.#delivered,
        undelivered: this.#undelivered,
        batched: this.#batched,
      },
      batches: this.#batches,
    };
  }

  #call(model: string, prompt: string) {
    const key = `${model} ${prompt}`;
    let call = this.#calls.get(key);
    if (call === undefined) {
      call = { model, prompt, attempts: 0, answered: 0 };
      this.#calls.set(key, call);
    }
    return call;
  }
}

const NOTHING: BilledTotal = {
  attempts: 0,
  usage: { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
  cost: 0,
};

function sum(total: BilledTotal, { usage, cost }: Bill, sign: 1 | -1): BilledTotal {
  return {
    attempts: total.attempts + sign,
    usage: {
      input: total.usage.input + sign * usage.input,
      cachedInput: total.usage.cachedInput + sign * usage.cachedInput,
      cacheWrite: total.usage.cacheWrite + sign * usage.cacheWrite,
      output: total.usage.output + sign * usage.output,
      reasoning: total.usage.reasoning + sign * usage.reasoning,
    },
    cost: total.cost + sign * cost,
  };
}
