import { toUsd } from '../costs/index.js';
import type { ServedOperation } from '../evaluation/index.js';
import {
  extractFeatures,
  type Features,
  LOCAL_MODEL,
  type RoutingRequest,
  signalId,
} from '../features/index.js';
import type { Policy } from '../policies/index.js';
import type { LedgerHistory, Operation, OperationFeedback } from '../service/index.js';
import { type RoutingTable, signalsOfTable } from '../tables/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';
import { openSignalSource } from './signals.js';

/** What a ledger tells of a table's decisions, ready for estimates. */
export interface ServedTraffic {
  readonly operations: readonly ServedOperation[];
  /** Whose scores they carry. */
  readonly judge: string;
  readonly simulated: boolean;
  /** ISO 8601: when the first and the last of them arrived. */
  readonly from: string;
  readonly to: string;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** Ends that say nothing of the model called; every other error is its failure. */
const NOT_THE_MODELS = new Set([
  'client_left',
  'budget_exceeded',
  'invalid_request',
  'unsayable',
  'unexpected',
  'ledger',
  'ledger_unavailable',
]);

/** Requests whose embeddings are computed at a time. */
const BATCH = 64;

type Decided = Operation & { readonly content: NonNullable<Operation['content']> };

/**
 * Of simulated operations only where there are no live ones; of several judges the one that said
 * most; from the first to the last operation judged, as none was drawn outside of that.
 * @throws UserError in one line where nothing can be told
 */
export async function servedTraffic(
  history: LedgerHistory,
  table: RoutingTable,
  policy: Policy,
  io: Io,
): Promise<ServedTraffic> {
  if (history.operations.length === 0) {
    const others = history.tables.map(
      ({ sha256, operations }) => `${sha256.slice(0, 12)}… (${operations})`,
    );
    throw new UserError(
      `No operation in the ledger was decided by this routing table${others.length === 0 ? '' : `, only by those of sha256 ${others.join(', ')}`}: name the very file that the service ran`,
    );
  }
  const left = new Map<string, number>();
  const leave = (reason: string): void => void left.set(reason, (left.get(reason) ?? 0) + 1);
  const simulated = history.operations.every(({ origin }) => origin === 'simulated');
  const judgements = judgementsOf(history.feedback);
  const decided: { readonly operation: Decided; readonly called: ReturnType<typeof calledBy> }[] =
    [];
  for (const operation of history.operations) {
    const called = calledBy(operation, policy);
    if (operation.origin === 'simulated' && !simulated) leave('are simulated among live ones');
    else if (NOT_THE_MODELS.has(operation.error ?? '')) leave('ended by no fault of a model');
    else if (called === null) leave('do not tell how likely each model was');
    else if (operation.content === null) leave('have no prompt stored');
    else decided.push({ operation: { ...operation, content: operation.content }, called });
  }
  if (decided.length === 0 && left.has('have no prompt stored')) {
    throw new UserError(
      "No operation of this table has its prompt stored, by which other settings would decide: set store_prompts: true in the service's configuration, and tune on what it records from then on",
    );
  }
  const drawn = decided.filter(({ operation }) => judgements.of.has(operation.id));
  if (drawn.length === 0) {
    throw new UserError(
      "No operation of this table was judged at random, and what callers say of chosen ones says nothing of the others: set learning.judge in the service's configuration",
    );
  }
  const from = drawn[0]!.operation.receivedAt;
  const to = drawn.at(-1)!.operation.receivedAt;
  const window = decided.filter(({ operation: { receivedAt } }) => {
    const isWithin = receivedAt >= from && receivedAt <= to;
    if (!isWithin) leave('arrived before the first or after the last that was judged');
    return isWithin;
  });
  const requests = window.map(({ operation }) => requestOf(operation));
  const features = await featuresOf(requests, table, io);
  const operations = window.map(({ operation, called }, row): ServedOperation => {
    const feedback = judgements.of.get(operation.id);
    const hasFailed = operation.error !== null;
    return {
      promptHash: operation.promptHash,
      features: features[row]!,
      called: called!.model,
      probabilities: called!.probabilities,
      costUsd: operation.cost === null ? Number.NaN : toUsd(operation.cost),
      // A call that failed is worth nothing, which needs no judge.
      score: hasFailed ? 0 : (feedback?.score ?? Number.NaN),
      chance: hasFailed ? 1 : (feedback?.probability ?? Number.NaN),
    };
  });
  return {
    operations,
    judge: judgements.judge,
    simulated,
    from,
    to,
    notes: [
      ...[...left].map(
        ([reason, count]) =>
          `${count} of ${history.operations.length} operations ${reason}; left out`,
      ),
      ...judgements.notes,
    ],
  };
}

interface Judgements {
  readonly judge: string;
  readonly of: ReadonlyMap<string, OperationFeedback>;
  readonly notes: readonly string[];
}

function judgementsOf(feedback: readonly OperationFeedback[]): Judgements {
  const drawn = feedback.filter(
    ({ source, probability }) => source === 'judge' && probability !== null && probability > 0,
  );
  const counts = new Map<string, number>();
  for (const { judge } of drawn) counts.set(judge ?? '', (counts.get(judge ?? '') ?? 0) + 1);
  const [most = ''] = [...counts].toSorted((a, b) => b[1] - a[1]).map(([judge]) => judge);
  const own = drawn.filter(({ judge }) => (judge ?? '') === most);
  const unscored = own.filter(({ score }) => score === null).length;
  return {
    judge: most,
    of: new Map(own.map((one) => [one.operationId, one])),
    notes: [
      ...(own.length < drawn.length
        ? [`${drawn.length - own.length} judgements are of other judges than ${most}; left out`]
        : []),
      ...(unscored > 0
        ? [`${unscored} of ${own.length} judgements gave no score; taken as lost at random`]
        : []),
    ],
  };
}

/** Which model was called, and with what probability each was to be; null where the log does not tell. */
function calledBy(
  { routing }: Operation,
  { models }: Policy,
): { readonly model: number; readonly probabilities: readonly number[] } | null {
  const calls = routing?.steps.filter(({ step }) => step === 'call') ?? [];
  const [call] = calls;
  if (call === undefined || calls.length > 1) return null;
  const model = models.indexOf(call.model ?? '');
  const likely = call.probabilities ?? (call.propensity === 1 ? [1] : null);
  const names = call.probabilities === null ? [call.model] : call.eligible;
  if (model === -1 || likely === null) return null;
  const probabilities = models.map((name) => likely[names.indexOf(name)] ?? 0);
  return probabilities[model]! > 0 ? { model, probabilities } : null;
}

const requestOf = ({ content, routing }: Decided): RoutingRequest => ({
  messages: content.messages.flatMap(({ role, content: text }) =>
    role === 'system' || role === 'user' || role === 'assistant' ? [{ role, content: text }] : [],
  ),
  domain: routing?.domain ?? null,
});

async function featuresOf(
  requests: readonly RoutingRequest[],
  table: RoutingTable,
  io: Io,
): Promise<readonly Features[]> {
  const read = requests.map(extractFeatures);
  const specs = signalsOfTable(table);
  if (specs.length === 0) return read;
  const called = specs.find(({ model }) => model !== LOCAL_MODEL);
  if (called !== undefined) {
    throw new UserError(
      `The routing table "${table.name}" decides by "${signalId(called)}", which takes a paid call a request and is not kept in the ledger: compare and export again with local embeddings to tune from service`,
    );
  }
  const signals = read.map((): Record<string, NonNullable<Features['signals']>[string]> => ({}));
  const { Budget } = await import('../costs/index.js');
  for (const spec of specs) {
    const gate = new Budget(null);
    const context = { envFile: undefined, gate, runId: 'tune', prompts: [], onAbandoned: () => {} };
    const source = await openSignalSource(spec, context, io);
    for (let start = 0; start < requests.length; start += BATCH) {
      const batch = await source.read(
        requests.slice(start, start + BATCH),
        new AbortController().signal,
      );
      if ('failure' in batch) {
        throw new UserError(`The signal "${source.id}" cannot be obtained: ${batch.failure}`, {
          exitCode: 1,
        });
      }
      batch.signals.forEach((signal, at) => {
        signals[start + at]![source.id] = signal;
      });
    }
  }
  return read.map((features, row) => ({ ...features, signals: signals[row]! }));
}
