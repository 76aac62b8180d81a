import { ModelError, type ModelErrorKind } from './model-error.js';
import { retryAfterMs } from './retry-after.js';
import { scrubSecrets } from './scrub-secrets.js';

type ErrorClass = abstract new (...args: never[]) => Error;

/** The error classes that both makers' SDKs export under the same names. */
export interface SdkErrors {
  readonly APIError: ErrorClass;
  readonly APIConnectionError: ErrorClass;
  readonly APIConnectionTimeoutError: ErrorClass;
  readonly APIUserAbortError: ErrorClass;
}

/** What messages say and must not say. */
export interface Wording {
  /** Host of the address, for messages. */
  readonly host: string;
  /** Whatever must not appear in a message. */
  readonly secrets: readonly string[];
}

/** What classification needs to know of the model that failed. */
export interface ErrorContext extends Wording {
  readonly sdk: SdkErrors;
}

const LONGEST_MESSAGE = 500;

/**
 * What an attempt failed with, as a ModelError; the one place where that is decided. The message is
 * one line without secrets, and there is no `cause`, as the SDKs' errors hold the raw text.
 * What neither an SDK nor the transport raised is a mistake of this program and comes back as it is.
 *
 * An account out of credit (402, or OpenAI's 429 `insufficient_quota`) is classed with refused
 * keys: waiting does not mend it, and every further call would fail alike.
 * @param now milliseconds since the epoch, for the dates that a provider names
 */
export function classifyError(error: unknown, context: ErrorContext, now: number): unknown {
  const { sdk, host, secrets } = context;
  const failure = (kind: ModelErrorKind, message: string): ModelError =>
    failureOfKind(kind, message, context);

  const known = modelErrorIn(error);
  if (known !== null) {
    return known.status === null ? failure(known.kind, known.message) : known;
  }
  if (!(error instanceof Error)) return error;
  if (isA(error, sdk.APIUserAbortError)) return failure('aborted', 'aborted by us');
  if (isA(error, sdk.APIConnectionTimeoutError)) return failure('timeout', error.message);
  if (isA(error, sdk.APIConnectionError)) return failure('connection', error.message);
  // The SDKs parse an answer that says it is JSON. The parser's own message would quote the answer.
  if (error instanceof SyntaxError) return failure('truncated', 'the answer is no whole JSON');
  if (!isA(error, sdk.APIError)) return error;

  const status = 'status' in error && typeof error.status === 'number' ? error.status : null;
  if (status === null) return failure('connection', error.message);
  const headers = 'headers' in error && error.headers instanceof Headers ? error.headers : null;
  return failureOfStatus({
    status,
    code: 'code' in error && typeof error.code === 'string' ? error.code : null,
    message: withoutStatus(error.message, status),
    requestId: headers?.get('x-request-id') ?? headers?.get('request-id') ?? null,
    retryAfterMs: headers === null ? null : retryAfterMs(headers, now),
    host,
    secrets,
  });
}

/** Not `instanceof` in place: classes alike in shape would each narrow the error to nothing. */
function isA(error: Error, errorClass: ErrorClass): boolean {
  return error instanceof errorClass;
}

/** The error for what went wrong without a status. */
export function failureOfKind(
  kind: ModelErrorKind,
  message: string,
  { host, secrets }: Wording,
): ModelError {
  return new ModelError(kind, oneLine(scrubSecrets(`${host}: ${message}`, secrets)));
}

/** The error for a status, however it was told: some gateways send it inside a 200. */
export function failureOfStatus(
  failure: Wording & {
    readonly status: number;
    readonly code: string | null;
    readonly message: string;
    readonly requestId: string | null;
    readonly retryAfterMs: number | null;
  },
): ModelError {
  const { status, requestId, host } = failure;
  const request = requestId === null ? '' : ` (request ${requestId})`;
  const message = scrubSecrets(
    `${host}: HTTP ${status}: ${failure.message}${request}`,
    failure.secrets,
  );
  return new ModelError(kindOf(status, failure.code), oneLine(message), {
    status,
    ...(failure.retryAfterMs === null ? {} : { retryAfterMs: failure.retryAfterMs }),
  });
}

function kindOf(status: number, code: string | null): ModelErrorKind {
  if (code === 'insufficient_quota') return 'authentication';
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 402 || status === 403) return 'authentication';
  if (status === 408 || status === 409 || status >= 500) return 'server';
  return 'invalid_request';
}

/** The SDKs wrap what the transport rejects with. */
function modelErrorIn(error: unknown): ModelError | null {
  if (error instanceof ModelError) return error;
  return error instanceof Error && error.cause !== undefined ? modelErrorIn(error.cause) : null;
}

function withoutStatus(message: string, status: number): string {
  return message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
}

function oneLine(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
