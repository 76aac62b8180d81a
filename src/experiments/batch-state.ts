import {
  type Budget,
  BudgetReached,
  type ModelPricing,
  type NanoUsd,
  type Reservation,
  type TokenUsage,
  type UsageRecord,
  worstCost,
} from '../costs/index.js';
import { hashOf } from '../hash.js';
import type { BatchApi, BatchItem, BatchStatus, Clock, Model } from '../models/index.js';
import type { BatchStore, StoredBatch, StoredBatchItem } from '../outcomes/index.js';
import type { Rng } from '../statistics/index.js';
import {
  type Address,
  addressOf,
  addressOfCell,
  type ExecuteInput,
  type KnownCells,
  readKnown,
} from './execute.js';
import { askedModel, type PlannedCell, requestOf } from './plan.js';

/** A model that answers in batches. */
export interface BatchingModel {
  readonly model: Model;
  /** With a batch price. */
  readonly pricing: ModelPricing;
  readonly api: BatchApi;
}

export interface ExecuteBatchInput extends Omit<ExecuteInput, 'ask'> {
  readonly batches: BatchStore;
  /** Every model that the plan asks, by id. */
  readonly models: ReadonlyMap<string, BatchingModel>;
  readonly budget: Budget;
  readonly clock: Clock;
  /** For the jitter of waits. */
  readonly random: Rng;
  /** Milliseconds between two looks at what is under way; null to look less and less often. */
  readonly pollMs: number | null;
  /** Submit nothing, cancel what is under way, and collect what was done. */
  readonly cancel: boolean;
}

/** One cell within a batch. */
export interface BatchedCell {
  readonly item: StoredBatchItem;
  readonly cell: PlannedCell;
}

/** A batch that may still bring answers. */
export interface OpenBatch {
  stored: StoredBatch;
  readonly asked: BatchingModel;
  /** By item id. */
  readonly cells: ReadonlyMap<string, BatchedCell>;
  /** What is set aside for the items that have brought nothing yet, by item id. */
  readonly reservations: Map<string, Reservation>;
  status: BatchStatus | null;
  /** Of an intent: how often the provider was asked for it and knew none. */
  missed: number;
  isCancelled: boolean;
}

/** What an execution knows and what it has under way. */
export interface BatchState {
  readonly known: KnownCells;
  /** By token. */
  readonly open: Map<string, OpenBatch>;
  /** How many batches of this run there ever were. */
  batches: number;
  /** How many batches a cell went into. */
  readonly attempts: Map<Address, number>;
  /** Cost of what is in the ledger already, by operation and attempt. */
  readonly booked: Map<string, Map<number, NanoUsd | null>>;
  /** Cells that brought no answer and are to go into another batch. */
  readonly askAgain: Set<Address>;
  /** Cells that this execution asked for. */
  readonly asked: Set<Address>;
}

export async function readState(input: ExecuteBatchInput): Promise<BatchState> {
  const { run, plan, store, batches } = input;
  const stored = await batches.readBatches(run.id);
  const state: BatchState = {
    known: await readKnown(store, run.id),
    open: new Map(),
    batches: stored.length,
    attempts: new Map(),
    booked: new Map(),
    askAgain: new Set(),
    asked: new Set(),
  };
  for (const record of await store.readUsage(run.id)) book(state, record);
  const cells = new Map(plan.cells.map((cell) => [addressOfCell(cell), cell]));
  for (const batch of stored) {
    if (batch.batchId !== null) countAttempts(state, batch);
    if (batch.endedAt !== null) continue;
    const one = openBatch(
      input,
      batch,
      batch.items.flatMap((item) => {
        const cell = cells.get(addressOf(item));
        return cell === undefined ? [] : [{ item, cell }];
      }),
    );
    state.open.set(batch.token, one);
    for (const { item, cell } of one.cells.values()) {
      if (isBooked(state, operationIdOf(run.id, item), item.attempt)) continue;
      one.reservations.set(item.id, reserveWhatFits(input.budget, worstOf(one.asked, cell).cost));
    }
  }
  return state;
}

export function openBatch(
  { models }: Pick<ExecuteBatchInput, 'models'>,
  stored: StoredBatch,
  cells: readonly BatchedCell[],
): OpenBatch {
  const asked = models.get(stored.model);
  if (asked === undefined) throw new Error(`No batch API was handed in for "${stored.model}"`);
  return {
    stored,
    asked,
    cells: new Map(cells.map((one) => [one.item.id, one])),
    reservations: new Map(),
    status: null,
    missed: 0,
    isCancelled: false,
  };
}

/** What was sent was admitted when it was, so that it counts even where the cap has been lowered since. */
function reserveWhatFits(budget: Budget, worst: NanoUsd): Reservation {
  try {
    return budget.reserve(worst);
  } catch (error) {
    if (!(error instanceof BudgetReached)) throw error;
    return budget.reserve(Math.min(worst, budget.remaining ?? worst));
  }
}

export function countAttempts(state: BatchState, { items }: Pick<StoredBatch, 'items'>): void {
  for (const item of items) {
    const address = addressOf(item);
    state.attempts.set(address, Math.max(state.attempts.get(address) ?? 0, item.attempt));
  }
}

/** The batches that a cell goes into are attempts of one operation. */
export function operationIdOf(
  runId: string,
  { promptId, model, trial }: Pick<StoredBatchItem, 'promptId' | 'model' | 'trial'>,
): string {
  return `${runId}:batch:${hashOf({ promptId, model, trial }).slice(0, 24)}`;
}

export function book(
  { booked }: BatchState,
  { operationId, attempt, cost }: Pick<UsageRecord, 'operationId' | 'attempt' | 'cost'>,
): void {
  const attempts = booked.get(operationId) ?? new Map<number, NanoUsd | null>();
  booked.set(operationId, attempts.set(attempt, cost));
}

export function isBooked({ booked }: BatchState, operationId: string, attempt: number): boolean {
  return booked.get(operationId)?.has(attempt) ?? false;
}

/** The most that an answer to a cell can take in a batch. */
export function worstOf(
  { model, pricing }: BatchingModel,
  cell: PlannedCell,
): { readonly usage: TokenUsage; readonly cost: NanoUsd } {
  const request = requestOf(cell);
  const { maxTokens } = request.parameters;
  const input = model.countInput(request);
  return {
    usage: { input, cachedInput: 0, cacheWrite: 0, output: maxTokens, reasoning: 0 },
    cost: worstCost({ inputTokens: input, maxTokens }, pricing, { batch: true }),
  };
}

/** The requests of a batch, as they are sent. */
export function itemsOf({ cells }: OpenBatch): readonly BatchItem[] {
  return Array.from(cells.values(), ({ item, cell }) => ({
    id: item.id,
    request: requestOf(cell),
  }));
}

/** @throws Error where no such model was handed in */
export function batchingModelOf(
  { models }: Pick<ExecuteBatchInput, 'models'>,
  cell: PlannedCell,
): BatchingModel {
  const id = askedModel(cell.model);
  const asked = models.get(id);
  if (asked === undefined) throw new Error(`No batch API was handed in for "${id}"`);
  return asked;
}

/** Ends a batch in the store, and frees what is still set aside for it. */
export async function closeBatch(
  { batches, now }: Pick<ExecuteBatchInput, 'batches' | 'now'>,
  state: BatchState,
  one: OpenBatch,
  stage: 'collected' | 'failed' | 'withdrawn',
  reason: string | null,
): Promise<void> {
  const { token, batchId, submittedAt } = one.stored;
  const endedAt = now().toISOString();
  await batches.updateBatch(token, { stage, batchId, reason, submittedAt, endedAt });
  state.open.delete(token);
  for (const reservation of one.reservations.values()) reservation.settle(0);
  one.reservations.clear();
}
