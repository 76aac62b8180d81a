import type {
  FeedbackEntry,
  LedgerEntry,
  Operation,
  OperationFeedback,
  RoutingLog,
} from '../../service/index.js';
import { USAGE_COLUMNS, usageToRow } from '../run-tables.js';
import { defineTable, type Encoded, type RowOf } from '../table-columns.js';

const OPERATION_COLUMNS = {
  seq: 'integer',
  operation_id: 'text',
  received_at: 'timestamp',
  tenant: 'text',
  tag: 'text?',
  endpoint: 'text',
  requested_model: 'text',
  model: 'text?',
  origin: 'text',
  cause: 'text?',
  cache: 'text',
  streamed: 'boolean',
  status: 'integer',
  error: 'text?',
  latency_ms: 'double',
  first_byte_ms: 'double?',
  cost_nano_usd: 'integer?',
  cache_saving_nano_usd: 'integer?',
  tokens_removed: 'integer',
  routing: 'json?',
  prompt_hash: 'text',
  messages: 'json?',
  answer: 'text?',
  similarity: 'double?',
  cache_entry: 'text?',
} as const;

export const OPERATIONS = defineTable('operations', OPERATION_COLUMNS);
const FEEDBACK_COLUMNS = {
  seq: 'integer',
  operation_id: 'text',
  tenant: 'text',
  tag: 'text?',
  source: 'text',
  score: 'double?',
  unscored: 'text?',
  judge: 'text?',
  probability: 'double?',
  received_at: 'timestamp',
} as const;

export const FEEDBACK = defineTable('feedback', FEEDBACK_COLUMNS);
export const LEDGER_USAGE = defineTable('usage', { seq: 'integer', ...USAGE_COLUMNS } as const);

/** Feedback as the journal holds it: with what the tables say of the operation that it judges. */
export interface JournaledFeedback extends FeedbackEntry {
  /** `seq` is the operation's place. */
  readonly judged: { readonly seq: number; readonly tag: string | null };
}

/** What one line of the journal holds. */
export type JournaledEntry = LedgerEntry | JournaledFeedback;

/**
 * An entry as the tables hold it. The first value of a row is its place in the journal; where that is
 * the entry's own, it is null until it is known.
 */
export interface EntryRows {
  readonly operations: readonly Encoded[][];
  readonly usage: readonly Encoded[][];
  readonly feedback: readonly Encoded[][];
}

/** @throws RangeError naming the column, for a value that the tables cannot hold */
export function entryToRows(entry: JournaledEntry): EntryRows {
  const { usage } = entry;
  for (const { cost } of usage) checkAmount(cost);
  if ('feedback' in entry) {
    const { feedback, judged } = entry;
    const { score, probability } = feedback;
    checkShare('score', score);
    checkShare('probability', probability);
    return {
      operations: [],
      usage: usageRows(usage, judged.seq),
      feedback: [atOwnPlace(FEEDBACK.encode(feedbackToRow(feedback, judged.tag)))],
    };
  }
  const { operation } = entry;
  checkAmount(operation.cost);
  checkAmount(operation.cacheSaving);
  return {
    operations: [atOwnPlace(OPERATIONS.encode(operationToRow(operation)))],
    usage: usageRows(usage, 0).map(atOwnPlace),
    feedback: [],
  };
}

const usageRows = (usage: LedgerEntry['usage'], seq: number): Encoded[][] =>
  usage.map((record) => [...LEDGER_USAGE.encode({ seq, ...usageToRow(record) })]);

const atOwnPlace = ([, ...values]: readonly Encoded[]): Encoded[] => [null, ...values];

function checkAmount(amount: number | null): void {
  if (amount !== null && amount < 0) {
    throw new RangeError(`Expected amounts of money to be from 0 up, got ${amount}`);
  }
}

function checkShare(name: string, share: number | null): void {
  if (share !== null && !(share >= 0 && share <= 1)) {
    throw new RangeError(`Expected \`feedback.${name}\` to be in [0, 1], got ${share}`);
  }
}

const feedbackToRow = (
  feedback: OperationFeedback,
  tag: string | null,
): RowOf<typeof FEEDBACK_COLUMNS> => ({
  seq: 0,
  operation_id: feedback.operationId,
  tenant: feedback.tenant,
  tag,
  source: feedback.source,
  score: feedback.score,
  unscored: feedback.unscored,
  judge: feedback.judge,
  probability: feedback.probability,
  received_at: feedback.receivedAt,
});

export const rowToFeedback = (row: RowOf<typeof FEEDBACK_COLUMNS>): OperationFeedback => ({
  operationId: row.operation_id,
  tenant: row.tenant,
  source: row.source as OperationFeedback['source'],
  score: row.score,
  unscored: row.unscored,
  judge: row.judge,
  probability: row.probability,
  receivedAt: row.received_at,
});

const operationToRow = (operation: Operation): RowOf<typeof OPERATION_COLUMNS> => ({
  seq: 0,
  operation_id: operation.id,
  received_at: operation.receivedAt,
  tenant: operation.tenant,
  tag: operation.tag,
  endpoint: operation.endpoint,
  requested_model: operation.requestedModel,
  model: operation.model,
  origin: operation.origin,
  cause: operation.cause,
  cache: operation.cache,
  streamed: operation.streamed,
  status: operation.status,
  error: operation.error,
  latency_ms: operation.latencyMs,
  first_byte_ms: operation.firstByteMs,
  cost_nano_usd: operation.cost,
  cache_saving_nano_usd: operation.cacheSaving,
  tokens_removed: operation.tokensRemoved,
  routing: operation.routing,
  prompt_hash: operation.promptHash,
  messages: operation.content?.messages ?? null,
  answer: operation.content?.answer ?? null,
  similarity: operation.similarity ?? null,
  cache_entry: operation.cacheEntry ?? null,
});

export const rowToOperation = (row: RowOf<typeof OPERATION_COLUMNS>): Operation => ({
  id: row.operation_id,
  receivedAt: row.received_at,
  tenant: row.tenant,
  tag: row.tag,
  endpoint: row.endpoint,
  requestedModel: row.requested_model,
  model: row.model,
  origin: row.origin as Operation['origin'],
  cause: row.cause as Operation['cause'],
  cache: row.cache as Operation['cache'],
  streamed: row.streamed,
  status: row.status,
  error: row.error,
  latencyMs: row.latency_ms,
  firstByteMs: row.first_byte_ms,
  cost: row.cost_nano_usd,
  cacheSaving: row.cache_saving_nano_usd,
  cacheEntry: row.cache_entry,
  similarity: row.similarity,
  tokensRemoved: row.tokens_removed,
  routing: row.routing as RoutingLog | null,
  promptHash: row.prompt_hash,
  content:
    row.messages === null
      ? null
      : {
          messages: row.messages as NonNullable<Operation['content']>['messages'],
          answer: row.answer,
        },
});
