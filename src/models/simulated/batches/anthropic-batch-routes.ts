import { anthropicMessages } from '../../../wire/index.js';
import { isRecord } from '../../json-record.js';
import type { AskedItem, BatchDesk, HeldBatch, ItemOutcome } from './batch-desk.js';
import {
  type BatchAsk,
  type BatchReply,
  type BatchRoutes,
  failure,
  pageOf,
  parsedJson,
} from './batch-exchange.js';

const MOST_BYTES = 256_000_000;
const MOST_ITEMS = 100_000;
const DAY_MS = 86_400_000;
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** `POST` and `GET /v1/messages/batches[/:id[/cancel|/results]]`. */
export function anthropicBatchRoutes(desk: BatchDesk): BatchRoutes {
  return {
    format: anthropicMessages,
    mostBytes: MOST_BYTES,
    answer(ask) {
      const [method, , , id, action] = ask.route;
      const route = `${method}${id === undefined ? '' : ' :id'}${action === undefined ? '' : `/${action}`}`;
      switch (route) {
        case 'POST':
          return submit(ask, desk);
        case 'GET':
          return list(ask, desk);
        case 'GET :id': {
          const batch = desk.look(anthropicMessages, String(id));
          return batch === null ? noSuch(id) : { json: batchBody(batch) };
        }
        case 'GET :id/results': {
          const batch = desk.look(anthropicMessages, String(id));
          if (batch === null || !isOver(batch)) return noSuch(id);
          return { lines: batch.outcomes.map(lineOf) };
        }
        case 'POST :id/cancel':
          return cancel(String(id), desk);
        default:
          return failure(404, `No such endpoint: ${route}`);
      }
    },
  };
}

function noSuch(id: string | null | undefined): BatchReply {
  return failure(404, `There is no batch "${id}" whose results or state could be shown.`);
}

function submit({ body }: BatchAsk, desk: BatchDesk): BatchReply {
  const asked = parsedJson(body.toString('utf8'));
  const items = itemsOf(isRecord(asked) ? asked.requests : undefined);
  if (typeof items === 'string') return failure(400, items);
  const most = Math.min(MOST_ITEMS, desk.mostItems);
  if (items.length > most) return failure(413, `requests: at most ${most} are taken`);
  const batch = desk.submit(anthropicMessages, items, {});
  return desk.losesReply ? 'lost' : { json: batchBody(batch) };
}

function cancel(id: string, desk: BatchDesk): BatchReply {
  const cancelled = desk.cancel(anthropicMessages, id);
  if (cancelled === null) return noSuch(id);
  if (!isOver(cancelled.batch)) return { json: batchBody(cancelled.batch) };
  return failure(400, 'A batch whose processing has ended cannot be canceled.');
}

/** The requests, or what is wrong with them. */
function itemsOf(requests: unknown): readonly AskedItem[] | string {
  if (!Array.isArray(requests) || requests.length === 0) return 'requests: expected at least one';
  const items: AskedItem[] = [];
  const ids = new Set<string>();
  for (const [at, request] of requests.entries()) {
    const customId: unknown = isRecord(request) ? request.custom_id : undefined;
    if (typeof customId !== 'string' || !CUSTOM_ID.test(customId) || ids.has(customId)) {
      return `requests.${at}.custom_id: expected 1 to 64 letters, digits, _ and -, once in a batch`;
    }
    ids.add(customId);
    items.push({ customId, body: isRecord(request) ? request.params : undefined });
  }
  return items;
}

function list({ query }: BatchAsk, desk: BatchDesk): BatchReply {
  const page = pageOf(
    desk.list(anthropicMessages),
    query.get('after_id'),
    query.get('limit'),
    desk.pageSize,
  );
  if (page === null) return noSuch(query.get('after_id'));
  const data = page.page.map(batchBody);
  const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  return { json: { data, ...ends, has_more: page.hasMore } };
}

function isOver({ state }: HeldBatch): boolean {
  return state !== 'running' && state !== 'cancelling';
}

function batchBody(batch: HeldBatch) {
  const { id, createdAt, outcomes, state, total } = batch;
  const time = (at: number): string => new Date(at).toISOString();
  const count = (kind: ItemOutcome['kind']): number =>
    outcomes.filter((outcome) => outcome.kind === kind).length;
  const over = isOver(batch);
  return {
    id,
    type: 'message_batch',
    processing_status: over ? 'ended' : state === 'cancelling' ? 'canceling' : 'in_progress',
    // Nothing is counted before all of it has ended.
    request_counts: {
      processing: over ? 0 : total,
      succeeded: count('answered'),
      errored: count('failed'),
      canceled: count('cancelled'),
      expired: count('expired'),
    },
    created_at: time(createdAt),
    expires_at: time(createdAt + DAY_MS),
    ended_at: over ? time(Date.now()) : null,
    cancel_initiated_at: state === 'cancelling' || state === 'cancelled' ? time(createdAt) : null,
    archived_at: null,
    // An address that nobody configured: a client has no business there.
    results_url: over ? `https://elsewhere.invalid/v1/messages/batches/${id}/results` : null,
  };
}

function lineOf(outcome: ItemOutcome): unknown {
  return { custom_id: outcome.customId, result: resultOf(outcome) };
}

function resultOf(outcome: ItemOutcome): unknown {
  switch (outcome.kind) {
    case 'answered':
      return { type: 'succeeded', message: outcome.body };
    case 'failed':
      return { type: 'errored', error: anthropicMessages.errorBody(outcome.failure) };
    case 'cancelled':
      return { type: 'canceled' };
    default:
      return { type: 'expired' };
  }
}
