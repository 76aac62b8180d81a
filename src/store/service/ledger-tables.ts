import type { LedgerEntry, Operation, RoutingLog } from '../../service/index.js';
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
} as const;

export const OPERATIONS = defineTable('operations', OPERATION_COLUMNS);
export const LEDGER_USAGE = defineTable('usage', { seq: 'integer', ...USAGE_COLUMNS } as const);

/** An entry as the tables hold it. The first value of each row, its place in the journal, is set when it is known. */
export interface EntryRows {
  readonly operation: Encoded[];
  readonly usage: readonly Encoded[][];
}

/** @throws RangeError naming the column, for a value that the tables cannot hold */
export function entryToRows({ operation, usage }: LedgerEntry): EntryRows {
  for (const amount of [operation.cost, operation.cacheSaving, ...usage.map(({ cost }) => cost)]) {
    if (amount !== null && amount < 0) {
      throw new RangeError(`Expected amounts of money to be from 0 up, got ${amount}`);
    }
  }
  return {
    operation: [...OPERATIONS.encode(operationToRow(operation))],
    usage: usage.map((record) => [...LEDGER_USAGE.encode({ seq: 0, ...usageToRow(record) })]),
  };
}

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
