import type { NanoUsd, Origin, UsageRecord } from '../costs/index.js';

/** Who chose the model that answered. */
export type Cause = 'policy' | 'named' | 'fallback' | 'cache';

/** One step that a policy took, as it can later be evaluated off-policy. */
export interface LoggedStep {
  readonly step: 'call' | 'consult' | 'stop';
  /**
   * The model called, or whose answer was kept, by the table's name for it, which may be an alias (the
   * operation's own `model` is the one that answered); null for a consultation.
   */
  readonly model: string | null;
  /**
   * Probability with which this step was drawn. 1 for a stop that was no choice any more, as the
   * answer was shown while it came: streamed or not, a request leaves the same steps.
   */
  readonly propensity: number;
  /** Models that could have been called here, and with what probability each; null where the policy does not tell. */
  readonly eligible: readonly string[];
  readonly probabilities: readonly number[] | null;
}

/** How a request that left the choice open was decided. */
export interface RoutingLog {
  /** SHA-256 of the routing table. */
  readonly table: string;
  /** `router@dial`. */
  readonly policy: string;
  /**
   * In order; the last is a stop. Their propensities multiply to that of the episode. An answer whose
   * model was stood in for (the operation's cause is `fallback`) is not one of the model called.
   */
  readonly steps: readonly LoggedStep[];
  /** What the policy saw, as numbers, by name; never the text. */
  readonly features: Readonly<Record<string, number>>;
  readonly domain: string | null;
}

/** One request to the service, whatever came of it; its billed attempts are usage records of the same id. */
export interface Operation {
  readonly id: string;
  /** ISO 8601, UTC: when the request had arrived. */
  readonly receivedAt: string;
  readonly tenant: string;
  /** What the caller files it under; null for nothing. */
  readonly tag: string | null;
  /** Path of the endpoint. */
  readonly endpoint: string;
  /** As the caller wrote it: a model or `auto`. */
  readonly requestedModel: string;
  /** The model whose answer was given, `provider/name`; null where none was. */
  readonly model: string | null;
  readonly origin: Exclude<Origin, 'recorded' | 'reused'>;
  /** Null where no model answered. */
  readonly cause: Cause | null;
  readonly cache: 'hit' | 'miss' | 'off';
  readonly streamed: boolean;
  /** HTTP status that was sent. */
  readonly status: number;
  /** The class of error; null where it was answered. `client_left` for one that went away. */
  readonly error: string | null;
  /** Milliseconds from arrival to the last byte being ready. */
  readonly latencyMs: number;
  /** Milliseconds from arrival to the first byte of the answer; null where there is none. */
  readonly firstByteMs: number | null;
  /** The sum of its attempts; null where one of them is unknown. */
  readonly cost: NanoUsd | null;
  /** For a hit, what the repeated answer cost, at its own price; else 0. Null where that is unknown. */
  readonly cacheSaving: NanoUsd | null;
  /** For a hit, the entry of the cache that was repeated, which may be gone by now; null for any other. */
  readonly cacheEntry: string | null;
  /** For a hit on a request in other words, how alike the two are, as a cosine; null for any other. */
  readonly similarity: number | null;
  /** Input tokens that compression removed, estimated. */
  readonly tokensRemoved: number;
  /** Null where the model was named. */
  readonly routing: RoutingLog | null;
  /** Hash of the messages: tells repeats apart without keeping them. */
  readonly promptHash: string;
  /** Only where the service stores prompts: the messages and the answer's text. */
  readonly content: {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly answer: string | null;
  } | null;
}

/** One entry of the ledger: committed together or not at all. */
export interface LedgerEntry {
  readonly operation: Operation;
  readonly usage: readonly UsageRecord[];
}
