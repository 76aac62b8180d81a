/** One cell that is asked in a batch. */
export interface StoredBatchItem {
  /** What the provider calls it. */
  readonly id: string;
  readonly promptId: string;
  /** As the cell's outcome names it: the batch's model, or a variant of it. */
  readonly model: string;
  /** Counts from 1. */
  readonly trial: number;
  /** Which batch it is that this cell goes into; counts from 1. */
  readonly attempt: number;
  /** The cell's, by which other runs know that its answer is under way. */
  readonly cellKey: string;
}

/**
 * `intended`: may or may not have been sent · `submitted`: the provider has it under a known id ·
 * `collected`: everything it brought is stored · `failed`: the provider refused it, or knows it no
 * more · `withdrawn`: never sent.
 */
export type BatchStage = 'intended' | 'submitted' | 'collected' | 'failed' | 'withdrawn';

/** A batch of one model's cells, from before it was sent. */
export interface StoredBatch {
  /** Names it at the provider; unique among all batches of all runs. */
  readonly token: string;
  readonly runId: string;
  /** `provider/name`. */
  readonly model: string;
  readonly items: readonly StoredBatchItem[];
  readonly stage: BatchStage;
  /** The provider's id; null until it is known. */
  readonly batchId: string | null;
  /** Why it failed; null else. */
  readonly reason: string | null;
  /** ISO 8601, UTC; before anything of it was sent. */
  readonly createdAt: string;
  /** When its id was learnt; null until then. */
  readonly submittedAt: string | null;
  /** When it became collected, failed or withdrawn; null until then. */
  readonly endedAt: string | null;
}

/** Where batches are kept. Writes resolve once they are durable. */
export interface BatchStore {
  /** @throws if the token exists or the run does not */
  addBatch(batch: StoredBatch): Promise<void>;
  /** @throws if there is no such batch */
  updateBatch(
    token: string,
    change: Pick<StoredBatch, 'stage' | 'batchId' | 'reason' | 'submittedAt' | 'endedAt'>,
  ): Promise<void>;
  /** Of one run, the oldest first. */
  readBatches(runId: string): Promise<readonly StoredBatch[]>;
  /** Of any run, those that have not ended, the oldest first. */
  readOpenBatches(): Promise<readonly StoredBatch[]>;
}
