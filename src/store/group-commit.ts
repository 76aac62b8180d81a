/** Asked for this long before it is written at the latest; what arrives meanwhile shares the transaction. */
const PAUSE_MS = 1;
/** More waiting than this are written at once. */
const FULL = 512;

interface Waiting<Item> {
  readonly item: Item;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Commits what one batch holds. Returns one entry an item: null where it is durable, else why that
 * item alone was refused. Throws where none of them is durable.
 */
export type CommitBatch<Item> = (items: readonly Item[]) => Promise<readonly (Error | null)[]>;

/**
 * Gathers writes into shared transactions, strictly in the order they were asked for.
 * While one transaction is being committed the next one gathers, so that a slow disk makes larger
 * batches and not longer queues; a pause after each keeps the many small ones together.
 */
export class GroupCommit<Item> {
  readonly #commit: CommitBatch<Item>;
  readonly #pauseMs: number;
  #waiting: Waiting<Item>[] = [];
  /** Takes the pending flush back. */
  #cancel: (() => void) | null = null;
  #tail: Promise<void> = Promise.resolve();
  #busy = 0;

  /**
   * @param pauseMs how long a batch gathers before it is written; with 0 only what is asked for in the
   * same turn of the event loop shares it, and what arrives while another is written
   */
  constructor(commit: CommitBatch<Item>, pauseMs: number = PAUSE_MS) {
    this.#commit = commit;
    this.#pauseMs = pauseMs;
  }

  /** Resolves once the item is durable. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length >= FULL) this.#flush();
      else this.#gather();
    });
  }

  /** Runs a task alone, after everything asked for before it and before everything after. */
  alone<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#flush();
    return this.#enqueue(task);
  }

  /** Resolves when nothing is waiting any more. */
  drain(): Promise<void> {
    return this.alone(async () => {});
  }

  #gather(): void {
    if (this.#busy > 0 || this.#waiting.length === 0 || this.#cancel !== null) return;
    const flush = (): void => this.#flush();
    if (this.#pauseMs === 0) {
      const immediate = setImmediate(flush);
      this.#cancel = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(flush, this.#pauseMs);
      this.#cancel = () => clearTimeout(timer);
    }
  }

  #flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    void this.#enqueue(() => this.#write(batch));
  }

  #enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#busy += 1;
    const result = this.#tail.then(task);
    this.#tail = result.then(
      () => this.#ended(),
      () => this.#ended(),
    );
    return result;
  }

  #ended(): void {
    this.#busy -= 1;
    this.#gather();
  }

  async #write(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      const refusals = await this.#commit(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const refusal = refusals[index] ?? null;
        if (refusal === null) resolve();
        else reject(refusal);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
