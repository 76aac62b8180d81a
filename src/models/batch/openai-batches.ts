import { Buffer } from 'node:buffer';
import type { Batch } from 'openai/resources/batches';
import type { BatchApi, BatchItem, BatchState, BatchStatus } from '../batch.js';
import { type ErrorContext, failureOfKind, failureOfStatus } from '../classify-error.js';
import { isRecord } from '../json-record.js';
import type { Endpoint } from '../live-model.js';
import { ModelError } from '../model-error.js';
import { openaiBodies } from '../openai.js';
import { openOpenAIClient } from '../openai-client.js';
import { scrubSecrets } from '../scrub-secrets.js';
import { cancelUnlessOver, createBatchCalls, recentBatches } from './batch-calls.js';
import { checkItems } from './batch-items.js';
import { answered, failed, type ReadLine, readResults } from './read-results.js';

const ENDPOINT = '/v1/chat/completions';
/** Member of a batch's metadata that holds the token. */
const TOKEN = 'switchyard_batch';
const IDEMPOTENCY = 'idempotency-key';
const PAGE = 100;

const STATES: Readonly<Record<string, BatchState>> = {
  validating: 'in_progress',
  in_progress: 'in_progress',
  finalizing: 'in_progress',
  completed: 'ended',
  failed: 'failed',
  expired: 'expired',
  cancelling: 'cancelling',
  cancelled: 'cancelled',
};

/** Codes of requests that were left undone when their batch ended. */
const NOT_ASKED: Readonly<Record<string, 'expired' | 'cancelled'>> = {
  batch_expired: 'expired',
  batch_cancelled: 'cancelled',
};

/**
 * Batches of chat completions: a file of requests goes up, files of answers and of errors come down.
 * @see https://platform.openai.com/docs/api-reference/batch
 */
export async function openOpenAIBatches(endpoint: Endpoint): Promise<BatchApi> {
  const { sdk, url, client } = await openOpenAIClient(endpoint, [IDEMPOTENCY]);
  const { bodyOf, answerOf, reserved } = openaiBodies(endpoint);
  const { context, once, file } = createBatchCalls(endpoint, sdk, url);

  const lineOf = ({ id, request }: BatchItem): string =>
    `${JSON.stringify({ custom_id: id, method: 'POST', url: ENDPOINT, body: bodyOf(request) })}\n`;
  const retrieve = (batchId: string, signal: AbortSignal): Promise<Batch> =>
    once(signal, async (own) => batchIn(await client.batches.retrieve(batchId, { signal: own })));
  const read: ReadLine = (line) => {
    const refused = refusalIn(line, context);
    if (refused instanceof ModelError) return failed(refused);
    if (refused !== null) return { outcome: 'not_asked', reason: refused };
    const body = isRecord(line.response) ? line.response.body : undefined;
    return answered(answerOf(body, context));
  };

  const api: BatchApi = {
    limits: { items: 50_000, bytes: 200_000_000 },
    bytesOf: (item) => Buffer.byteLength(lineOf(item)),
    async submit(items, token, signal) {
      checkItems(items, token, api, reserved);
      const headers = { [IDEMPOTENCY]: token };
      const upload = new File(items.map(lineOf), `${token}.jsonl`, { type: 'application/jsonl' });
      const uploaded = await once(signal, async (own) =>
        idIn(await client.files.create({ file: upload, purpose: 'batch' }, { signal: own })),
      );
      return once(signal, async (own) =>
        idIn(
          await client.batches.create(
            {
              input_file_id: uploaded,
              endpoint: ENDPOINT,
              completion_window: '24h',
              metadata: { [TOKEN]: token },
            },
            { signal: own, headers },
          ),
        ),
      );
    },
    async find({ token, since }, signal) {
      const list = client.batches.list({ limit: PAGE }, { signal: AbortSignal.any([signal]) });
      const recent = recentBatches(list, since, ({ created_at }) => created_at * 1000, context);
      for await (const { id, metadata } of recent) {
        if (metadata?.[TOKEN] === token) return { found: 'one', id };
      }
      return { found: 'none' };
    },
    status: async (batchId, signal) => statusOf(await retrieve(batchId, signal), context),
    async *results(batchId, items, signal) {
      const { output_file_id, error_file_id } = await retrieve(batchId, signal);
      const files = [output_file_id, error_file_id].flatMap((id) =>
        id ? [() => file(signal, (own) => client.files.content(id, { signal: own }))] : [],
      );
      yield* readResults(batchId, items, files, read, context, signal);
    },
    cancel: (batchId, signal) =>
      cancelUnlessOver(
        () => once(signal, (own) => client.batches.cancel(batchId, { signal: own })),
        async () => (await api.status(batchId, signal)).state === 'in_progress',
      ),
  };
  return api;
}

function batchIn(body: Batch): Batch {
  if (isRecord(body) && STATES[String(body.status)] !== undefined) return body;
  throw new ModelError('truncated', 'the answer holds no batch in a state that is known');
}

function idIn(body: unknown): string {
  if (isRecord(body) && typeof body.id === 'string' && body.id !== '') return body.id;
  throw new ModelError('truncated', 'the answer holds no id');
}

function statusOf(batch: Batch, { secrets }: ErrorContext): BatchStatus {
  const counts = batch.request_counts;
  const errors = batch.errors?.data ?? [];
  const told = errors.map(({ code, message, line }) => {
    const place = typeof line === 'number' ? ` (line ${line})` : '';
    return `${[code, message].filter((part) => part).join(': ')}${place}`;
  });
  const more = told.length > 1 ? ` and ${told.length - 1} more` : '';
  return {
    state: STATES[batch.status]!,
    // While the file is being checked, all of them are 0.
    counts:
      counts === undefined || counts.total === 0
        ? null
        : { done: counts.completed, failed: counts.failed, total: counts.total },
    reason:
      told[0] === undefined ? null : scrubSecrets(told[0], secrets).replace(/\s+/g, ' ') + more,
  };
}

/** Why a request has no answer; null where it has one. */
function refusalIn(
  line: Readonly<Record<string, unknown>>,
  context: ErrorContext,
): ModelError | 'expired' | 'cancelled' | null {
  const { error, response } = line;
  if (isRecord(error)) {
    const notAsked = NOT_ASKED[String(error.code)];
    return notAsked ?? failureOfKind('server', wordsOf(error), context);
  }
  if (!isRecord(response) || typeof response.status_code !== 'number') {
    return failureOfKind('truncated', 'the line holds neither an answer nor an error', context);
  }
  if (response.status_code >= 200 && response.status_code < 300) return null;
  const body = isRecord(response.body) && isRecord(response.body.error) ? response.body.error : {};
  return failureOfStatus({
    status: response.status_code,
    code: typeof body.code === 'string' ? body.code : null,
    message: wordsOf(body),
    requestId: typeof response.request_id === 'string' ? response.request_id : null,
    retryAfterMs: null,
    ...context,
  });
}

function wordsOf({ message, code }: Readonly<Record<string, unknown>>): string {
  return typeof message === 'string' ? message : `no message (${String(code ?? 'no code')})`;
}
