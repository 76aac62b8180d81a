/**
 * What went wrong with an attempt.
 * `rate_limit` 429 · `server` 5xx, 408, 409 · `connection` no answer began · `timeout` dispatched and
 * never answered · `truncated` the answer broke off or cannot be read · `authentication` 401, 403, or an
 * account out of credit · `invalid_request` any other 4xx · `aborted` by us.
 */
export type ModelErrorKind =
  | 'rate_limit'
  | 'server'
  | 'connection'
  | 'timeout'
  | 'truncated'
  | 'authentication'
  | 'invalid_request'
  | 'aborted';

/** An attempt that failed, classified once, at the edge. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelErrorKind;
  readonly status: number | null;
  /** How long the provider asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: ModelErrorKind,
    message: string,
    options: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.status = options.status ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get retryable(): boolean {
    return (
      this.kind === 'rate_limit' ||
      this.kind === 'server' ||
      this.kind === 'connection' ||
      this.kind === 'timeout' ||
      this.kind === 'truncated'
    );
  }

  /** Whether the provider may have billed it although no count arrived. */
  get mayBeBilled(): boolean {
    return this.kind === 'timeout' || this.kind === 'truncated' || this.kind === 'aborted';
  }
}
