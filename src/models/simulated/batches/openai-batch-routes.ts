import { openaiChat } from '../../../wire/index.js';
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
import { type Upload, Uploads } from './uploads.js';

const MOST_BYTES = 200_000_000;
const MOST_ITEMS = 50_000;
/** What a form adds to the file in it. */
const FORM_BYTES = 64 * 2 ** 10;
const DAY_S = 86_400;

/** `POST /v1/files`, `GET /v1/files/:id[/content]`, `POST` and `GET /v1/batches[/:id[/cancel]]`. */
export function openaiBatchRoutes(desk: BatchDesk): BatchRoutes {
  const uploads = new Uploads();
  return {
    format: openaiChat,
    mostBytes: MOST_BYTES + FORM_BYTES,
    answer(ask) {
      const [method, place, id, action] = ask.route;
      const route = `${method} ${place}${id === undefined ? '' : '/:id'}${action === undefined ? '' : `/${action}`}`;
      switch (route) {
        case 'POST files':
          return takeFile(ask, uploads);
        case 'GET files/:id':
          return fileOf(String(id), uploads);
        case 'GET files/:id/content':
          return contentOf(String(id), uploads, desk);
        case 'POST batches':
          return submit(ask, uploads, desk);
        case 'GET batches':
          return list(ask, desk);
        case 'GET batches/:id': {
          const batch = desk.look(openaiChat, String(id));
          return batch === null ? noSuch(id) : { json: batchBody(batch) };
        }
        case 'POST batches/:id/cancel':
          return cancel(String(id), desk);
        default:
          return failure(404, `No such endpoint: ${route}`, 'unknown_url');
      }
    },
  };
}

function noSuch(id: string | null | undefined): BatchReply {
  return failure(404, `There is nothing with the id "${id}".`, 'not_found');
}

async function takeFile({ body, contentType }: BatchAsk, uploads: Uploads): Promise<BatchReply> {
  const form = await new Response(body, { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => null);
  const file = form?.get('file');
  if (!(file instanceof File) || form?.get('purpose') !== 'batch') {
    return failure(400, 'Expected a form with a file and the purpose "batch".');
  }
  return { json: fileBody(uploads.add(file.name, await file.text())) };
}

function fileOf(id: string, uploads: Uploads): BatchReply {
  const upload = uploads.get(id);
  return upload === undefined ? noSuch(id) : { json: fileBody(upload) };
}

function contentOf(id: string, uploads: Uploads, desk: BatchDesk): BatchReply {
  const upload = uploads.get(id);
  if (upload !== undefined) {
    return { lines: upload.text.split('\n').filter(Boolean).map(parsedJson) };
  }
  const [, kind, batchId = ''] = /^file-(output|error)-(.+)$/.exec(id) ?? [];
  const batch = kind === undefined ? null : desk.look(openaiChat, batchId);
  if (batch === null) return noSuch(id);
  const isWanted = (outcome: ItemOutcome): boolean =>
    (outcome.kind === 'answered') === (kind === 'output');
  return { lines: batch.outcomes.filter(isWanted).map(lineOf) };
}

function submit({ body }: BatchAsk, uploads: Uploads, desk: BatchDesk): BatchReply {
  const asked = parsedJson(body.toString('utf8'));
  const upload = isRecord(asked) ? uploads.get(String(asked.input_file_id)) : undefined;
  if (!isRecord(asked) || upload === undefined || asked.endpoint !== openaiChat.path) {
    return failure(400, `Expected an input_file_id and the endpoint ${openaiChat.path}.`);
  }
  const read = itemsOf(upload, Math.min(MOST_ITEMS, desk.mostItems));
  const labels = { input_file_id: upload.id, metadata: asked.metadata ?? null };
  const batch =
    typeof read === 'string'
      ? desk.submit(openaiChat, [], labels, read)
      : desk.submit(openaiChat, read, labels);
  return desk.losesReply ? 'lost' : { json: batchBody(batch) };
}

function cancel(id: string, desk: BatchDesk): BatchReply {
  const cancelled = desk.cancel(openaiChat, id);
  if (cancelled === null) return noSuch(id);
  const { batch, wasRunning } = cancelled;
  if (wasRunning) return { json: batchBody(batch) };
  return failure(409, `Cannot cancel a batch with status '${statusOf(batch)}'.`);
}

/** The requests of a file, or what is wrong with it. */
function itemsOf({ text }: Upload, mostItems: number): readonly AskedItem[] | string {
  const items: AskedItem[] = [];
  const ids = new Set<string>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parsedJson(line);
    if (!isRecord(value) || value.method !== 'POST' || value.url !== openaiChat.path) {
      return `invalid_request: line ${at + 1} is no request to ${openaiChat.path}`;
    }
    const customId = String(value.custom_id);
    if (typeof value.custom_id !== 'string' || ids.has(customId)) {
      return `duplicate_custom_id: line ${at + 1} has no custom_id of its own`;
    }
    ids.add(customId);
    items.push({ customId, body: value.body });
  }
  if (items.length === 0) return 'empty_file: the file holds no request';
  return items.length > mostItems ? `too_many_requests: at most ${mostItems} are taken` : items;
}

function list({ query }: BatchAsk, desk: BatchDesk): BatchReply {
  const page = pageOf(desk.list(openaiChat), query.get('after'), query.get('limit'), desk.pageSize);
  if (page === null) return noSuch(query.get('after'));
  const data = page.page.map(batchBody);
  const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  return { json: { object: 'list', data, ...ends, has_more: page.hasMore } };
}

function statusOf({ state, looks }: HeldBatch): string {
  if (state === 'running') return looks <= 1 ? 'validating' : 'in_progress';
  return state === 'ended' ? 'completed' : state;
}

function batchBody(batch: HeldBatch) {
  const { id, outcomes, state, total, done, reason } = batch;
  const created = Math.floor(batch.createdAt / 1000);
  const count = (isAnswered: boolean): number =>
    outcomes.filter(({ kind }) => (kind === 'answered') === isAnswered).length;
  const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
  const hasFiles = state !== 'failed';
  const status = statusOf(batch);
  return {
    id,
    object: 'batch',
    endpoint: openaiChat.path,
    completion_window: '24h',
    ...batch.labels,
    status,
    errors:
      reason === null || state !== 'failed'
        ? null
        : { object: 'list', data: [{ code: 'batch_failed', message: reason, line: null }] },
    output_file_id: hasFiles && count(true) > 0 ? `file-output-${id}` : null,
    error_file_id: hasFiles && count(false) > 0 ? `file-error-${id}` : null,
    created_at: created,
    expires_at: created + DAY_S,
    request_counts: {
      total: status === 'validating' ? 0 : total,
      completed: outcomes.length === 0 ? (status === 'validating' ? 0 : done) : count(true),
      failed,
    },
  };
}

function lineOf(outcome: ItemOutcome): unknown {
  const { customId, requestId } = outcome;
  const head = { id: requestId.replace('req_', 'batch_req_'), custom_id: customId };
  if (outcome.kind === 'answered') {
    return {
      ...head,
      response: { status_code: 200, request_id: requestId, body: outcome.body },
      error: null,
    };
  }
  if (outcome.kind === 'failed') {
    const { status } = outcome.failure;
    const body = openaiChat.errorBody(outcome.failure);
    return {
      ...head,
      response: { status_code: status, request_id: requestId, body },
      error: null,
    };
  }
  const message = `This request was not executed before its batch was ${outcome.kind}.`;
  return { ...head, response: null, error: { code: `batch_${outcome.kind}`, message } };
}

function fileBody({ id, name, text, createdAt }: Upload) {
  return {
    id,
    object: 'file',
    bytes: Buffer.byteLength(text),
    created_at: Math.floor(createdAt / 1000),
    filename: name,
    purpose: 'batch',
    status: 'processed',
  };
}
