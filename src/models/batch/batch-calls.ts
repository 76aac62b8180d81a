import {
  classifyError,
  type ErrorContext,
  failureOfKind,
  type SdkErrors,
} from '../classify-error.js';
import { type Endpoint, oneAttempt } from '../live-model.js';
import { ModelError } from '../model-error.js';

/** Clocks of ours and the provider's may differ by this much. */
const CLOCK_SKEW_MS = 15 * 60_000;
/** No account has more; a list that goes on is a server that ignores where it is to continue. */
const MOST_LISTED = 100_000;

/** How a batch API asks its provider: one attempt a call, errors classified. */
export interface BatchCalls {
  readonly context: ErrorContext;
  once<T>(signal: AbortSignal, send: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** For an answer that is read after its head came: the signal reaches as far as its last byte. */
  file(signal: AbortSignal, send: (signal: AbortSignal) => Promise<Response>): Promise<Response>;
}

export function createBatchCalls(endpoint: Endpoint, sdk: SdkErrors, url: string): BatchCalls {
  const context: ErrorContext = { sdk, host: new URL(url).host, secrets: [endpoint.key] };
  return {
    context,
    once: (signal, send) => oneAttempt(context, signal, send),
    async file(signal, send) {
      try {
        // A signal of its own, as the SDKs leave a listener on the one that they are given.
        return await send(AbortSignal.any([signal]));
      } catch (error) {
        throw classifyError(error, context, Date.now());
      }
    },
  };
}

/**
 * Those of a provider's batches, newest first, that may have been submitted at a moment or later.
 * @param createdAt milliseconds since the epoch
 */
export async function* recentBatches<Batch>(
  batches: AsyncIterable<Batch>,
  since: Date,
  createdAt: (batch: Batch) => number,
  context: ErrorContext,
): AsyncGenerator<Batch> {
  let listed = 0;
  try {
    for await (const batch of batches) {
      if (createdAt(batch) < since.getTime() - CLOCK_SKEW_MS) return;
      if (++listed > MOST_LISTED) {
        throw failureOfKind('server', 'the list of batches does not end', context);
      }
      yield batch;
    }
  } catch (error) {
    throw classifyError(error, context, Date.now());
  }
}

/** Asks for a cancellation; one that is refused as nothing is left to be cancelled has succeeded. */
export async function cancelUnlessOver(
  cancel: () => Promise<unknown>,
  isRunning: () => Promise<boolean>,
): Promise<void> {
  try {
    await cancel();
  } catch (error) {
    const isRefused = error instanceof ModelError && [400, 409].includes(error.status ?? 0);
    if (!isRefused || (await isRunning())) throw error;
  }
}
