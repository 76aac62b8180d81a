/** An error for the client; its type in the body follows from the status. */
export interface WireFailure {
  readonly status: number;
  readonly message: string;
  /** The format's own code, where it has one; else it follows from the status. */
  readonly code?: string;
  /** The member of the request that is at fault, where it is one and the format tells it. */
  readonly param?: string;
  readonly requestId?: string;
}

/** A request that the format does not allow or that this program cannot serve: answer it with 400. */
export class WireRequestError extends Error {
  override readonly name = 'WireRequestError';
}
