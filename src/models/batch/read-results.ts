import type { BatchItem, BatchResult } from '../batch.js';
import { type ErrorContext, failureOfKind } from '../classify-error.js';
import { LARGEST_BODY_BYTES } from '../http-fetch.js';
import { isRecord } from '../json-record.js';
import type { ModelAnswer, ModelRequest } from '../model.js';
import { ModelError } from '../model-error.js';
import { networkReason } from '../network-reason.js';
import { jsonLines } from './json-lines.js';

type Outcome = BatchResult extends infer Result
  ? Result extends BatchResult
    ? Omit<Result, 'id'>
    : never
  : never;

/** What one line says of its request, in the provider's format. May throw ModelError. */
export type ReadLine = (line: Readonly<Record<string, unknown>>, request: ModelRequest) => Outcome;

/**
 * Reads a batch's files of results. A paid answer is never lost to the lines around it: what cannot be
 * read is passed over, and told in the end. The first line of an id counts.
 * @param open opens a file; called when the one before has been read
 * @throws ModelError `truncated` in the end, naming the batch and the first unreadable line
 */
export async function* readResults(
  batchId: string,
  items: readonly BatchItem[],
  files: readonly (() => Promise<Response>)[],
  read: ReadLine,
  context: ErrorContext,
  signal: AbortSignal,
): AsyncGenerator<BatchResult> {
  const waiting = new Map(items.map(({ id, request }) => [id, request]));
  let firstUnreadable = '';
  let unreadable = 0;
  for (const [at, open] of files.entries()) {
    const response = await open();
    for await (const { line, value } of jsonLines(
      bytesOf(response, context, signal),
      LARGEST_BODY_BYTES,
    )) {
      if (!isRecord(value) || typeof value.custom_id !== 'string') {
        if (unreadable++ === 0) firstUnreadable = `line ${line} of file ${at + 1}`;
        continue;
      }
      const id = value.custom_id;
      const request = waiting.get(id);
      if (request === undefined) continue;
      waiting.delete(id);
      yield { id, ...outcomeOf(value, request, read) };
    }
  }
  if (unreadable > 0) {
    const more = unreadable > 1 ? ` and ${unreadable - 1} more` : '';
    const message = `batch ${batchId}: ${firstUnreadable} of its results${more} cannot be read`;
    throw failureOfKind('truncated', message, context);
  }
}

function outcomeOf(
  line: Readonly<Record<string, unknown>>,
  request: ModelRequest,
  read: ReadLine,
): Outcome {
  try {
    return read(line, request);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return failed(error);
  }
}

export function answered(answer: ModelAnswer): Outcome {
  return { outcome: 'answered', answer };
}

export function failed({ kind, message }: ModelError): Outcome {
  return { outcome: 'failed', error: { kind, message } };
}

/** The id in the first line that has one; null where there is none. */
export async function firstCustomId(
  response: Response,
  context: ErrorContext,
  signal: AbortSignal,
): Promise<string | null> {
  for await (const { value } of jsonLines(bytesOf(response, context, signal), LARGEST_BODY_BYTES)) {
    if (isRecord(value) && typeof value.custom_id === 'string') return value.custom_id;
  }
  return null;
}

/** Chunks of a body; left early, the body is cancelled. */
async function* bytesOf(
  { body }: Response,
  context: ErrorContext,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    if (signal.aborted) throw failureOfKind('aborted', 'aborted by us', context);
    const reason = error instanceof Error ? networkReason(error) : 'no reason given';
    throw failureOfKind('truncated', `the results broke off (${reason})`, context);
  }
}
