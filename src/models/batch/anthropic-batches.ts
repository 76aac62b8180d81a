import { Buffer } from 'node:buffer';
import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import { anthropicBodies } from '../anthropic.js';
import { openAnthropicClient } from '../anthropic-client.js';
import type { BatchApi, BatchItem, BatchState, BatchStatus } from '../batch.js';
import { type ErrorContext, failureOfKind, failureOfStatus } from '../classify-error.js';
import { isRecord } from '../json-record.js';
import type { Endpoint } from '../live-model.js';
import { ModelError } from '../model-error.js';
import { cancelUnlessOver, createBatchCalls, recentBatches } from './batch-calls.js';
import { checkItems, idPrefix } from './batch-items.js';
import { answered, failed, firstCustomId, type ReadLine, readResults } from './read-results.js';

const IDEMPOTENCY = 'idempotency-key';
const FILE = { accept: 'application/binary' };
const PAGE = 100;

/** What each type of error is answered with where a request is made alone. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/**
 * Message batches: requests go up in one body, results come down as lines. They have no member for a
 * token of ours, and the requests of a batch are not shown before it has ended; so a batch is known by
 * its custom ids, and until then only by its size and age.
 * @see https://docs.anthropic.com/en/api/creating-message-batches
 */
export async function openAnthropicBatches(endpoint: Endpoint): Promise<BatchApi> {
  const { sdk, url, client } = await openAnthropicClient(endpoint, [IDEMPOTENCY]);
  const { bodyOf, answerOf, reserved } = anthropicBodies(endpoint);
  const { context, once, file } = createBatchCalls(endpoint, sdk, url);
  const { batches } = client.messages;

  const requestOf = ({ id, request }: BatchItem) => ({ custom_id: id, params: bodyOf(request) });
  const retrieve = (batchId: string, signal: AbortSignal): Promise<MessageBatch> =>
    once(signal, async (own) => batchIn(await batches.retrieve(batchId, {}, { signal: own })));
  // Not the SDK's `results`: it follows an address in the answer, and one bad line ends its reading.
  const resultsOf = (batchId: string, signal: AbortSignal): Promise<Response> =>
    file(signal, (own) =>
      client
        .get(`/v1/messages/batches/${encodeURIComponent(batchId)}/results`, {
          signal: own,
          headers: FILE,
        })
        .asResponse(),
    );
  const read: ReadLine = ({ result }, request) => {
    const type = isRecord(result) ? result.type : undefined;
    if (!isRecord(result)) return failed(unreadable(context));
    if (type === 'succeeded') return answered(answerOf(result.message, request));
    if (type === 'canceled') return { outcome: 'not_asked', reason: 'cancelled' };
    if (type === 'expired') return { outcome: 'not_asked', reason: 'expired' };
    return failed(type === 'errored' ? failureIn(result.error, context) : unreadable(context));
  };
  /** Whether a batch is of that token; null while it cannot be seen. */
  const isOurs = async (
    { id, processing_status, results_url }: MessageBatch,
    token: string,
    signal: AbortSignal,
  ): Promise<boolean | null> => {
    if (processing_status !== 'ended') return null;
    // Archived: nothing of it can be read any more, whosever it was.
    if (!results_url) return false;
    const customId = await firstCustomId(await resultsOf(id, signal), context, signal);
    return customId?.startsWith(idPrefix(token)) ?? false;
  };

  const api: BatchApi = {
    limits: { items: 100_000, bytes: 256_000_000 },
    // And the comma between two of them.
    bytesOf: (item) => Buffer.byteLength(JSON.stringify(requestOf(item))) + 1,
    async submit(items, token, signal) {
      checkItems(items, token, api, reserved);
      const headers = { [IDEMPOTENCY]: token };
      return once(signal, async (own) => {
        const requests = items.map(requestOf);
        return batchIn(await batches.create({ requests }, { signal: own, headers })).id;
      });
    },
    async find({ token, since, items }, signal) {
      const list = batches.list({ limit: PAGE }, { signal: AbortSignal.any([signal]) });
      const recent = recentBatches(
        list,
        since,
        ({ created_at }) => Date.parse(created_at),
        context,
      );
      const candidates: string[] = [];
      for await (const batch of recent) {
        if (totalOf(batch) !== items) continue;
        const ours = await isOurs(batch, token, signal);
        if (ours === true) return { found: 'one', id: batch.id };
        if (ours === null) candidates.push(batch.id);
      }
      return candidates.length > 0 ? { found: 'perhaps', candidates } : { found: 'none' };
    },
    status: async (batchId, signal) => statusOf(await retrieve(batchId, signal)),
    async *results(batchId, items, signal) {
      const files = [() => resultsOf(batchId, signal)];
      yield* readResults(batchId, items, files, read, context, signal);
    },
    cancel: (batchId, signal) =>
      cancelUnlessOver(
        () => once(signal, (own) => batches.cancel(batchId, {}, { signal: own })),
        async () => (await api.status(batchId, signal)).state === 'in_progress',
      ),
  };
  return api;
}

function batchIn(body: MessageBatch): MessageBatch {
  if (isRecord(body) && typeof body.id === 'string' && isRecord(body.request_counts)) return body;
  throw new ModelError('truncated', 'the answer holds no batch');
}

function totalOf({ request_counts: counts }: MessageBatch): number {
  return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired;
}

function statusOf(batch: MessageBatch): BatchStatus {
  const { succeeded, errored } = batch.request_counts;
  return {
    state: stateOf(batch),
    counts: { done: succeeded, failed: errored, total: totalOf(batch) },
    reason: null,
  };
}

/** A batch that ended says only in its counts whether it got through. */
function stateOf({ processing_status, request_counts: counts }: MessageBatch): BatchState {
  if (processing_status === 'canceling') return 'cancelling';
  if (processing_status !== 'ended') return 'in_progress';
  if (counts.canceled > 0) return 'cancelled';
  return counts.expired > 0 ? 'expired' : 'ended';
}

/** @param body as it would have been answered with, alone */
function failureIn(body: unknown, context: ErrorContext): ModelError {
  const error = isRecord(body) && isRecord(body.error) ? body.error : null;
  if (error === null || !isRecord(body)) return unreadable(context);
  const type = String(error.type);
  return failureOfStatus({
    status: STATUSES[type] ?? 500,
    code: null,
    message: typeof error.message === 'string' ? error.message : type,
    requestId: typeof body.request_id === 'string' ? body.request_id : null,
    retryAfterMs: null,
    ...context,
  });
}

function unreadable(context: ErrorContext): ModelError {
  return failureOfKind('truncated', 'the line holds neither an answer nor an error', context);
}
