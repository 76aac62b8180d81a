import { type NanoUsd, priceUsage, type UsageRecord } from '../costs/index.js';
import { type BatchResult, type BatchStatus, backoffMs, ModelError } from '../models/index.js';
import type { Outcome } from '../outcomes/index.js';
import {
  type BatchedCell,
  type BatchState,
  book,
  closeBatch,
  type ExecuteBatchInput,
  isBooked,
  itemsOf,
  type OpenBatch,
  operationIdOf,
  worstOf,
} from './batch-state.js';
import { addressed, addressOfCell } from './execute.js';
import type { PlannedCell } from './plan.js';

/** Batches that a cell goes into before it is given up. */
const MOST_ROUNDS = 3;
/** Results committed together. */
const RESULTS_AT_ONCE = 256;
/** What cannot be read after so many tries never will be. */
const TRIES_TO_READ = 5;
/** With growing waits, some minutes. */
const TRIES_TO_REACH = 20;

type Ended = { readonly item: BatchedCell; readonly result: BatchResult };

/**
 * Makes one attempt after the other until the provider can be reached.
 * @throws ModelError where it refuses, cannot be reached for minutes, or we are to stop
 */
export async function patiently<Result>(
  { clock, random, drain }: Pick<ExecuteBatchInput, 'clock' | 'random' | 'drain'>,
  task: () => Promise<Result>,
  triesToRead = TRIES_TO_REACH,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ModelError) || !error.retryable || drain.aborted) throw error;
      if (tries >= (error.kind === 'truncated' ? triesToRead : TRIES_TO_REACH)) throw error;
      await clock.sleep(backoffMs(tries, error.retryAfterMs, random), drain);
    }
  }
}

/**
 * Stores what a batch that has ended brought: each answer with its usage record at once, exactly once
 * however often this is begun again. Cells without an answer are to go into another batch, or fail.
 */
export async function collect(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  status: BatchStatus,
): Promise<void> {
  const unseen = new Map(one.cells);
  const unread = await readResults(input, state, one, status, unseen);
  // Nothing of a batch that the provider refused as a whole was asked.
  const missing = status.state === 'failed' ? [] : [...unseen.values()];
  await takeAll(
    input,
    state,
    one,
    missing.map((item) => ({ item, result: unseenResult(item.item.id, status, unread) })),
  );
  const hasFailed = status.state === 'failed';
  await closeBatch(input, state, one, hasFailed ? 'failed' : 'collected', status.reason);
}

/** @returns why some results cannot be read; null where all can */
async function readResults(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  status: BatchStatus,
  unseen: Map<string, BatchedCell>,
): Promise<ModelError | null> {
  const { batchId } = one.stored;
  if (batchId === null) throw new Error(`Batch "${one.stored.token}" has no id`);
  const items = itemsOf(one);
  try {
    await patiently(
      input,
      async () => {
        let waiting: Ended[] = [];
        for await (const result of one.asked.api.results(batchId, items, input.abort)) {
          const item = unseen.get(result.id);
          if (item === undefined) continue;
          waiting.push({ item, result });
          if (waiting.length < RESULTS_AT_ONCE) continue;
          await takeAll(input, state, one, waiting);
          for (const { result } of waiting) unseen.delete(result.id);
          waiting = [];
        }
        await takeAll(input, state, one, waiting);
        for (const { result } of waiting) unseen.delete(result.id);
      },
      TRIES_TO_READ,
    );
    return null;
  } catch (error) {
    if (!(error instanceof ModelError) || input.drain.aborted) throw error;
    if (error.kind === 'truncated') return error;
    // A batch that failed as a whole need not have results.
    if (status.state === 'failed' && !error.retryable) return null;
    throw error;
  }
}

function unseenResult(id: string, { state }: BatchStatus, unread: ModelError | null): BatchResult {
  if (unread !== null) {
    return { id, outcome: 'failed', error: { kind: unread.kind, message: unread.message } };
  }
  const reason = state === 'cancelled' ? 'cancelled' : 'expired';
  return { id, outcome: 'not_asked', reason };
}

async function takeAll(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  ended: readonly Ended[],
): Promise<void> {
  await Promise.all(ended.map(({ item, result }) => take(input, state, one, item, result)));
}

async function take(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  { item, cell }: BatchedCell,
  result: BatchResult,
): Promise<void> {
  const record = recordOf(input, one, { item, cell }, result);
  const isNew = record !== null && !isBooked(state, record.operationId, record.attempt);
  const isDone = state.known.outcomes.get(addressOfCell(cell))?.status === 'done';
  if (result.outcome === 'answered' && !isDone) {
    await storeAnswer(input, state, { item, cell }, result.answer, isNew ? record : null);
  } else if (isFinal(result, item.attempt) && !isDone) {
    const { attempt } = item;
    await failCell(input, state, cell, reasonOf(result), attempt, isNew ? record : null);
  } else {
    if (isNew) await input.store.addUsage([record]);
    if (!isDone) state.askAgain.add(addressOfCell(cell));
  }
  if (record !== null) book(state, record);
  one.reservations.get(item.id)?.settle(isNew ? (record.cost ?? 0) : 0);
  one.reservations.delete(item.id);
}

/** What an item is billed; null where it is not. */
function recordOf(
  { run, now }: ExecuteBatchInput,
  { asked, stored }: OpenBatch,
  { item, cell }: BatchedCell,
  result: BatchResult,
): UsageRecord | null {
  if (result.outcome === 'not_asked') return null;
  const error =
    result.outcome === 'failed' ? new ModelError(result.error.kind, result.error.message) : null;
  if (error !== null && !error.mayBeBilled) return null;
  const { model, pricing } = asked;
  const given = result.outcome === 'answered' ? result.answer.usage : null;
  const usage = given ?? worstOf(asked, cell).usage;
  return {
    operationId: operationIdOf(run.id, item),
    attempt: item.attempt,
    runId: run.id,
    purpose: 'candidate',
    origin: model.origin,
    model: model.id,
    usage,
    cost: given === null ? worstOf(asked, cell).cost : priceUsage(given, pricing, { batch: true }),
    estimated: given === null,
    pricing: { ...pricing, tariff: 'batch' },
    error: error?.kind ?? null,
    startedAt: stored.submittedAt ?? now().toISOString(),
    latencyMs: null,
  };
}

function isFinal(result: BatchResult, attempt: number): boolean {
  const isLast = attempt % MOST_ROUNDS === 0;
  if (result.outcome !== 'failed') return isLast;
  return isLast || !new ModelError(result.error.kind, result.error.message).retryable;
}

function reasonOf(result: BatchResult): string {
  if (result.outcome === 'failed') return `${result.error.kind}: ${result.error.message}`;
  const reason = result.outcome === 'not_asked' ? result.reason : 'expired';
  return `${reason}: not asked in ${MOST_ROUNDS} batches`;
}

async function storeAnswer(
  input: ExecuteBatchInput,
  state: BatchState,
  { item, cell }: BatchedCell,
  answer: Extract<BatchResult, { outcome: 'answered' }>['answer'],
  record: UsageRecord | null,
): Promise<void> {
  const { run, store, now, onProgress } = input;
  const outcome: Outcome = {
    runId: run.id,
    ...addressed(cell),
    cellKey: cell.cellKey,
    status: 'done',
    origin: cell.model.origin,
    text: answer.text,
    finishReason: answer.finishReason,
    usage: answer.usage,
    cost: costOf(state, run.id, cell, record),
    // Hours of waiting in a batch say nothing of the model.
    latencyMs: null,
    attempts: item.attempt,
    error: null,
    recordedScore: null,
    completedAt: now().toISOString(),
  };
  await store.addOutcome(outcome, record === null ? [] : [record]);
  state.known.outcomes.set(addressOfCell(cell), outcome);
  state.askAgain.delete(addressOfCell(cell));
  const { model } = outcome;
  onProgress({ kind: 'cell', model, outcome: 'done', cost: record?.cost ?? 0, error: null });
}

/** Gives a cell up. */
export async function failCell(
  input: ExecuteBatchInput,
  state: BatchState,
  cell: PlannedCell,
  error: string,
  attempt: number,
  record: UsageRecord | null = null,
): Promise<void> {
  const { run, store, now, onProgress } = input;
  const outcome: Outcome = {
    runId: run.id,
    ...addressed(cell),
    cellKey: cell.cellKey,
    status: 'failed',
    origin: cell.model.origin,
    text: null,
    finishReason: null,
    usage: null,
    cost: costOf(state, run.id, cell, record),
    latencyMs: null,
    attempts: attempt,
    error,
    recordedScore: null,
    completedAt: now().toISOString(),
  };
  await store.addOutcome(outcome, record === null ? [] : [record]);
  state.known.outcomes.set(addressOfCell(cell), outcome);
  state.askAgain.delete(addressOfCell(cell));
  state.asked.add(addressOfCell(cell));
  const cost = record?.cost ?? 0;
  onProgress({ kind: 'cell', model: cell.model.id, outcome: 'failed', cost, error });
}

/** Of all its attempts; null if any is unknown. */
function costOf(
  { booked }: BatchState,
  runId: string,
  cell: PlannedCell,
  record: UsageRecord | null,
): NanoUsd | null {
  const attempts = new Map(booked.get(operationIdOf(runId, addressed(cell))));
  if (record !== null) attempts.set(record.attempt, record.cost);
  let total = 0;
  for (const cost of attempts.values()) {
    if (cost === null) return null;
    total += cost;
  }
  return total;
}

/**
 * Gives up a batch that the provider knows no more: what it may have billed is booked at its worst, so
 * that its cells can be asked anew.
 */
export async function giveUp(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  reason: string,
): Promise<void> {
  for (const { item, cell } of one.cells.values()) {
    const result: BatchResult = {
      id: item.id,
      outcome: 'failed',
      error: { kind: 'timeout', message: reason },
    };
    const record = recordOf(input, one, { item, cell }, result);
    if (record === null || isBooked(state, record.operationId, record.attempt)) continue;
    await input.store.addUsage([record]);
    book(state, record);
    one.reservations.get(item.id)?.settle(record.cost ?? 0);
    one.reservations.delete(item.id);
  }
  await closeBatch(input, state, one, 'failed', reason);
}
