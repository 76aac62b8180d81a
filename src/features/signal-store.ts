import type { NanoUsd, UsageRecord } from '../costs/index.js';

/** A signal of one request as it is kept. */
export interface StoredSignal {
  /** `requestHash` of the request. */
  readonly requestHash: string;
  /** Empty where what came back could not be read. */
  readonly values: Float32Array;
  readonly cost: NanoUsd;
  /** Null where unknown. */
  readonly latencyMs: number | null;
}

/** Keeps signals for good, so that none is paid for twice. */
export interface SignalStore {
  /** Those of the requests named that are there, by request hash. */
  readSignals(
    id: string,
    requestHashes: readonly string[],
  ): Promise<ReadonlyMap<string, StoredSignal>>;
  /**
   * Adds signals with the usage they were billed for, all or nothing. One that is there already stays.
   * @throws Error if the usage belongs to no run
   */
  addSignals(
    id: string,
    signals: readonly StoredSignal[],
    usage: readonly UsageRecord[],
  ): Promise<void>;
}
