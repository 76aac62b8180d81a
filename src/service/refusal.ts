import type { ModelError, ModelErrorKind } from '../models/index.js';
import type { ServiceFailure } from './pipeline.js';

/** Ends an operation with an answer that says why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly failure: ServiceFailure;
  /** The class of error, for the ledger. */
  readonly kind: string;

  constructor(
    kind: string,
    failure: {
      readonly status: number;
      readonly message: string;
      readonly code?: string;
      readonly param?: string;
      readonly retryAfterMs?: number | null;
    },
  ) {
    super(failure.message);
    this.kind = kind;
    this.failure = { ...failure, retryAfterMs: failure.retryAfterMs ?? null };
  }
}

/** A status that no client reads, as it has gone (the convention of nginx). */
export const CLIENT_LEFT = new Refusal('client_left', {
  status: 499,
  message: 'The client went away before the answer was ready.',
});

/** What the ledger could not hold is not acknowledged. */
export const notRecorded = (): Refusal =>
  new Refusal('ledger', {
    status: 500,
    message: 'The answer could not be written to the ledger, so it is not given.',
    code: 'ledger_failed',
  });

/** While the ledger takes nothing, nothing is asked that could not be booked. */
export const LEDGER_UNAVAILABLE = new Refusal('ledger_unavailable', {
  status: 503,
  message: 'The ledger cannot be written now, so nothing is asked of a model; ask again later.',
  code: 'ledger_unavailable',
  retryAfterMs: 1_000,
});

/** For a tenant that has asked more often, or for more, than its rates allow. */
export const rateRefusal = (retryAfterMs: number): Refusal =>
  new Refusal('rate_limited', {
    status: 429,
    message: `Too many requests for this key; ask again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    code: 'rate_limit_exceeded',
    retryAfterMs,
  });

/** A mistake of this program: told without details, which may hold what the request held. */
export const mistake = (): Refusal =>
  new Refusal('unexpected', {
    status: 500,
    message: 'The service failed on this request; its log says more under the operation id.',
  });

/** Where the service sends a request is no business of the caller's. */
const WHERE = /^\S{1,300}: HTTP \d{3}: /;

/** What a caller is told where every attempt at every model failed, by the last of them. */
export function refusalOf(error: ModelError, model: string): Refusal {
  // A redirect is not followed: the address is the operator's mistake, whoever asks.
  const kind = error.status !== null && error.status < 400 ? 'server' : error.kind;
  if (kind === 'invalid_request') {
    const said = error.message.replace(WHERE, '');
    return new Refusal(kind, { status: 400, message: `${model} refused the request: ${said}` });
  }
  const { status, told, code } = TOLD[kind];
  return new Refusal(kind, {
    status,
    message: `${model} ${told}`,
    code,
    retryAfterMs: error.retryAfterMs,
  });
}

/** Nothing of the provider's own words, which can name keys, accounts and addresses of the service. */
const TOLD: Readonly<
  Record<
    Exclude<ModelErrorKind, 'invalid_request'>,
    { readonly status: number; readonly told: string; readonly code: string }
  >
> = {
  rate_limit: {
    status: 429,
    told: 'is taking no more requests for now (rate limit).',
    code: 'rate_limit_exceeded',
  },
  server: { status: 502, told: 'failed.', code: 'upstream_failed' },
  connection: { status: 502, told: 'cannot be reached.', code: 'upstream_unreachable' },
  timeout: { status: 504, told: 'did not answer in time.', code: 'upstream_timeout' },
  truncated: { status: 502, told: 'broke off its answer.', code: 'upstream_truncated' },
  authentication: {
    status: 502,
    told: 'does not accept the account of this service.',
    code: 'upstream_account',
  },
  aborted: { status: 502, told: 'was cut off.', code: 'upstream_aborted' },
};
