import { BudgetReached, type Reservation } from '../costs/index.js';
import { hashOf } from '../hash.js';
import { ModelError, type ModelErrorKind } from '../models/index.js';
import type { StoredBatch } from '../outcomes/index.js';
import { UserError } from '../user-error.js';
import { failCell } from './batch-collect.js';
import { cutBatches } from './batch-cut.js';
import {
  type BatchState,
  batchingModelOf,
  closeBatch,
  countAttempts,
  type ExecuteBatchInput,
  itemsOf,
  type OpenBatch,
  openBatch,
  worstOf,
} from './batch-state.js';
import { type Address, addressed, addressOf, addressOfCell, reuse } from './execute.js';
import { askedModel, type PlannedCell } from './plan.js';

/** A cell that is to be asked, with its worst case set aside. */
interface Admitted {
  readonly cell: PlannedCell;
  readonly reservation: Reservation;
}

/** After these the provider may have accepted what it was sent. */
const PERHAPS_ACCEPTED: readonly ModelErrorKind[] = [
  'connection',
  'timeout',
  'truncated',
  'aborted',
  'server',
];
/** Twice, as a provider's list may lag behind. */
const LOOKS_FOR_AN_INTENT = 2;

/**
 * Sends the cells that lack an answer and are not under way, as many as fit under the budget in the
 * order of the plan. Each batch is durable as an intent before it is sent, and by the provider's id as
 * soon as that is known.
 * @returns whether cells were left out for the budget, and how many batches a provider took and did
 * not take now
 * @throws UserError where the provider refuses a batch for good
 */
export async function submitMissing(
  input: ExecuteBatchInput,
  state: BatchState,
  stopped: () => boolean,
): Promise<{ readonly budgetReached: boolean; readonly taken: number; readonly putOff: number }> {
  const { admitted, budgetReached } = admit(input, state);
  let taken = 0;
  let putOff = 0;
  for (const [model, entries] of byModel(admitted)) {
    const asked = batchingModelOf(input, entries[0]!.cell);
    const newToken = () => tokenOf(input, state, model);
    const { cuts, tooLarge } = cutBatches(entries, asked.api, newToken);
    for (const { cell, reservation } of tooLarge) {
      reservation.settle(0);
      const error = `invalid_request: the request takes more than the ${asked.api.limits.bytes} bytes of a batch`;
      await failCell(input, state, cell, error, (state.attempts.get(addressOfCell(cell)) ?? 0) + 1);
    }
    for (const { token, items } of cuts) {
      if (stopped()) {
        for (const { entry } of items) entry.reservation.settle(0);
        continue;
      }
      const cells = items.map(({ id, entry: { cell } }) => {
        const attempt = (state.attempts.get(addressOfCell(cell)) ?? 0) + 1;
        return { item: { id, ...addressed(cell), attempt, cellKey: cell.cellKey }, cell };
      });
      const intent: StoredBatch = {
        token,
        runId: input.run.id,
        model,
        items: cells.map(({ item }) => item),
        stage: 'intended',
        batchId: null,
        reason: null,
        createdAt: input.now().toISOString(),
        submittedAt: null,
        endedAt: null,
      };
      await input.batches.addBatch(intent);
      const one = openBatch(input, intent, cells);
      for (const { id, entry } of items) one.reservations.set(id, entry.reservation);
      state.open.set(token, one);
      if (await submit(input, state, one)) taken++;
      else putOff++;
    }
  }
  return { budgetReached, taken, putOff };
}

/** Tokens are of one length, so that none begins another. */
function tokenOf({ run, now }: ExecuteBatchInput, state: BatchState, model: string): string {
  const nth = state.batches++;
  return hashOf({ run: run.id, model, nth, at: now().toISOString() }).slice(0, 24);
}

function admit(
  input: ExecuteBatchInput,
  state: BatchState,
): { readonly admitted: readonly Admitted[]; readonly budgetReached: boolean } {
  const underWay = addressesUnderWay(state);
  const admitted: Admitted[] = [];
  for (const cell of input.plan.cells) {
    const address = addressOfCell(cell);
    if (cell.sharedWith !== undefined || underWay.has(address)) continue;
    if (!isMissing(input, state, address)) continue;
    try {
      const worst = worstOf(batchingModelOf(input, cell), cell);
      admitted.push({ cell, reservation: input.budget.reserve(worst.cost) });
    } catch (error) {
      if (error instanceof BudgetReached) return { admitted, budgetReached: true };
      throw error;
    }
  }
  return { admitted, budgetReached: false };
}

export function addressesUnderWay({ open }: BatchState): ReadonlySet<Address> {
  return new Set([...open.values()].flatMap(({ stored }) => stored.items.map(addressOf)));
}

function isMissing(
  { retryErrors }: ExecuteBatchInput,
  { known, askAgain, asked }: BatchState,
  address: Address,
): boolean {
  const outcome = known.outcomes.get(address);
  if (outcome === undefined || askAgain.has(address)) return true;
  return outcome.status === 'failed' && retryErrors && !asked.has(address);
}

function byModel(admitted: readonly Admitted[]): ReadonlyMap<string, readonly Admitted[]> {
  const groups = new Map<string, Admitted[]>();
  for (const one of admitted) {
    const id = askedModel(one.cell.model);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [one]);
    else group.push(one);
  }
  return groups;
}

/** @returns false where the provider did not say that it took it */
async function submit(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
): Promise<boolean> {
  const { token, model } = one.stored;
  let id: string;
  try {
    id = await one.asked.api.submit(itemsOf(one), token, input.abort);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (PERHAPS_ACCEPTED.includes(error.kind)) return false;
    await closeBatch(input, state, one, 'withdrawn', error.message);
    if (error.retryable) return false;
    throw new UserError(`${model}: a batch was refused: ${error.message}`, { exitCode: 1 });
  }
  await submitted(input, state, one, id);
  return true;
}

async function submitted(
  { batches, now }: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  batchId: string,
): Promise<void> {
  const submittedAt = now().toISOString();
  const change = { stage: 'submitted', batchId, submittedAt, reason: null, endedAt: null } as const;
  await batches.updateBatch(one.stored.token, change);
  one.stored = { ...one.stored, ...change };
  countAttempts(state, one.stored);
  for (const { cell } of one.cells.values()) {
    const address = addressOfCell(cell);
    state.askAgain.delete(address);
    state.asked.add(address);
  }
}

/**
 * Finds out whether an intent arrived. One that the provider knows nothing of is withdrawn, so that
 * its cells can be sent anew.
 * @returns whether it was withdrawn
 */
export async function settleIntent(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
): Promise<boolean> {
  const { token, createdAt, items } = one.stored;
  const trace = { token, since: new Date(createdAt), items: items.length };
  const search = await one.asked.api.find(trace, input.abort);
  if (search.found === 'one') await submitted(input, state, one, search.id);
  if (search.found !== 'none') return false;
  one.missed++;
  if (one.missed < LOOKS_FOR_AN_INTENT) return false;
  await closeBatch(input, state, one, 'withdrawn', null);
  // Meanwhile another run may have paid for the same answers.
  if (input.reuse)
    await reuse(
      input,
      Array.from(one.cells.values(), (its) => its.cell),
      state.known,
    );
  return true;
}
