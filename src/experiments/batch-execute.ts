import { backoffMs, ModelError } from '../models/index.js';
import { UserError } from '../user-error.js';
import { collect, giveUp, patiently } from './batch-collect.js';
import {
  type BatchState,
  type ExecuteBatchInput,
  type OpenBatch,
  readState,
} from './batch-state.js';
import { addressesUnderWay, settleIntent, submitMissing } from './batch-submit.js';
import { addressOfCell, type Ending, fill, reuse } from './execute.js';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const WAIT_GROWS_BY = 1.5;
/** Submissions one after the other that the provider did not take. */
const MOST_REFUSALS = 6;

/**
 * Fills the run's missing cells through batch APIs, at the price of a batch, then judges them as
 * `execute` does. What is sent is durable before it is sent, and what came back before it counts: run
 * again on the same run, it waits for what is under way and sends nothing twice. Aborting `drain` stops
 * the waiting and leaves the batches to the provider.
 * @throws UserError where a provider refuses a batch, or cannot be reached
 */
export async function executeBatch(input: ExecuteBatchInput): Promise<Ending> {
  const { plan, store, run, onProgress } = input;
  const state = await readState(input);
  const { known } = state;
  const resumed = [...known.outcomes.values()].filter(({ status }) => status === 'done').length;
  const underWay = addressesUnderWay(state);
  // An answer that is under way is paid for: nobody else's may take its place.
  const free = plan.cells.filter((cell) => !underWay.has(addressOfCell(cell)));
  const reused = input.reuse && !input.cancel ? await reuse(input, free, known) : 0;
  onProgress({ kind: 'begun', planned: plan.cells.length, resumed, reused });
  let ending: Ending;
  try {
    ending = await answerAndJudge(input, state);
  } catch (error) {
    await store.setRunStatus(run.id, 'interrupted', input.now().toISOString());
    throw error;
  }
  await store.setRunStatus(run.id, ending, input.now().toISOString());
  onProgress({ kind: 'ended' });
  return ending;
}

async function answerAndJudge(input: ExecuteBatchInput, state: BatchState): Promise<Ending> {
  const stopped = () => input.drain.aborted || input.abort.aborted;
  const budgetReached = await answerAll(input, state, stopped);
  if (stopped() || input.cancel) return 'interrupted';
  const { outcomes } = state.known;
  const answered = input.plan.cells.filter(
    (cell) => outcomes.get(addressOfCell(cell))?.status === 'done',
  );
  const ask = () => Promise.reject(new Error('Every cell that is judged has its answer'));
  const ending = await fill({ ...input, ask }, answered, state.known);
  return ending === 'complete' && budgetReached ? 'budget_reached' : ending;
}

/** @returns whether cells were left out for the budget */
async function answerAll(
  input: ExecuteBatchInput,
  state: BatchState,
  stopped: () => boolean,
): Promise<boolean> {
  let budgetReached = false;
  let isDue = !input.cancel;
  let refusals = 0;
  let waitMs = FIRST_WAIT_MS;
  while (!stopped()) {
    if (isDue) {
      const sent = await submitMissing(input, state, stopped);
      budgetReached = sent.budgetReached;
      if (sent.taken > 0) refusals = 0;
      else if (sent.putOff > 0) refusals++;
      isDue = sent.putOff > 0;
      // Where others are under way, there may be room once they have ended.
      if (refusals >= MOST_REFUSALS && !isAnySubmitted(state)) throw takesNone();
    }
    if (state.open.size === 0 && !isDue) return budgetReached;
    let hasEnded = false;
    for (const one of [...state.open.values()]) {
      if (stopped()) break;
      if (await advance(input, state, one, stopped)) hasEnded = true;
    }
    input.onProgress(underWayOf(state));
    if (hasEnded && !isDue) {
      isDue = !input.cancel;
      waitMs = FIRST_WAIT_MS;
      if (refusals === 0) continue;
    }
    const isRefused = refusals > 0 && refusals < MOST_REFUSALS;
    const calm = input.pollMs ?? waitMs;
    const wait = isRefused ? backoffMs(refusals, null, input.random) : calm;
    await input.clock.sleep(wait, input.drain);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * WAIT_GROWS_BY);
  }
  return budgetReached;
}

function isAnySubmitted({ open }: BatchState): boolean {
  return [...open.values()].some(({ stored }) => stored.batchId !== null);
}

function takesNone(): UserError {
  return new UserError(
    'A provider takes no batch now; what was sent and what was paid for is stored. Run the same command again to go on.',
    { exitCode: 1 },
  );
}

/**
 * Looks at a batch, and collects it where it has ended.
 * @returns whether it is open no more
 */
async function advance(
  input: ExecuteBatchInput,
  state: BatchState,
  one: OpenBatch,
  stopped: () => boolean,
): Promise<boolean> {
  const { api } = one.asked;
  try {
    if (one.stored.batchId === null) {
      return await patiently(input, () => settleIntent(input, state, one));
    }
    const id = one.stored.batchId;
    const status = await patiently(input, () => api.status(id, input.abort));
    one.status = status;
    if (status.state === 'in_progress' || status.state === 'cancelling') {
      if (input.cancel && !one.isCancelled) {
        await patiently(input, () => api.cancel(id, input.abort));
        one.isCancelled = true;
      }
      return false;
    }
    await collect(input, state, one, status);
    if (status.state === 'failed' && !input.cancel) throw refused(one, status.reason);
    return true;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (stopped()) return false;
    if (input.cancel && error.kind === 'invalid_request') {
      await giveUp(input, state, one, error.message);
      return true;
    }
    throw unreachable(one, error);
  }
}

function refused({ stored }: OpenBatch, reason: string | null): UserError {
  return new UserError(
    `${stored.model}: the batch ${stored.batchId} failed at the provider: ${reason ?? 'no reason was given'}. Its cells are sent anew when the same command is run again.`,
    { exitCode: 1 },
  );
}

function unreachable({ stored }: OpenBatch, { kind, message }: ModelError): UserError {
  const mend =
    kind === 'invalid_request'
      ? 'Give it up with --cancel-batches: its answers are then booked at their worst case and asked for anew.'
      : 'It is kept: run the same command again to go on.';
  return new UserError(
    `${stored.model}: the batch ${stored.batchId ?? stored.token} cannot be read: ${message}. ${mend}`,
    { exitCode: 1 },
  );
}

function underWayOf({ open }: BatchState) {
  let answered = 0;
  let items = 0;
  for (const { stored, status } of open.values()) {
    items += stored.items.length;
    answered += status?.counts?.done ?? 0;
  }
  return { kind: 'batches', underWay: open.size, answered, items } as const;
}
