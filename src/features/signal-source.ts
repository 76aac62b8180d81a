import type { NanoUsd, UsageRecord } from '../costs/index.js';
import type { Signal } from './features.js';
import type { RoutingRequest } from './request.js';

/** What reading some requests gave, and the attempts that were billed for it. */
export type SignalBatch = { readonly usage: readonly UsageRecord[] } & (
  | {
      /** One a request, in order. No values where what came back could not be read: asked, paid and missing. */
      readonly signals: readonly Signal[];
    }
  | {
      /** Why there are none, for a person. */
      readonly failure: string;
      /** Whether what was asked is refused as wrong, which may be any of the requests. @default false */
      readonly refused?: boolean;
    }
);

/** Something that computes or asks for one kind of signal. */
export interface SignalSource {
  readonly id: string;
  /** Its values are invented: never evidence. */
  readonly simulated: boolean;
  /** Most requests that one `read` takes. */
  readonly batchSize: number;
  /** Reads that may be under way at once. */
  readonly concurrency: number;
  /** The most that reading these can cost where each call needs one attempt. */
  worstCost(requests: readonly RoutingRequest[]): NanoUsd;
  read(requests: readonly RoutingRequest[], abort: AbortSignal): Promise<SignalBatch>;
}
