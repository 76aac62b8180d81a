import type { z } from 'zod';
import type { Features, SignalSpec } from '../features/index.js';
import type { Policy, PolicyDocument } from '../policies/index.js';

/**
 * What a router may learn from: features and measured columns of one split, trials averaged.
 * Arrays are prompts × models, row-major. There is no way from here to a reference, a grader or a sample id.
 */
export interface RouterData {
  readonly models: readonly string[];
  readonly features: readonly Features[];
  /** In [0, 1]. */
  readonly score: Float64Array;
  /** In the cost basis of the comparison. */
  readonly cost: Float64Array;
  /** Answer texts of the first trial; null where none is stored. */
  readonly text: readonly (string | null)[];
  /** By cell: 1 where the call failed (its score is 0 and it has no text). */
  readonly failed: Uint8Array;
  /** Of each prompt: near-duplicates share one. Inner folds keep groups whole. */
  readonly groups: Int32Array;
}

export interface FitOptions {
  readonly seed: number;
  /** How many settings of the dial to return at most. */
  readonly dials: number;
  /** The experiment's own settings for this router, as written: `fit` checks them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a policy that starts from nothing is told: the worth of its calls, and no outcome. */
export interface ColdOptions {
  readonly seed: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The cost that `costWeight` speaks of, in the cost basis; above 0. */
  readonly costScale: number;
  /** Quality worth giving up for one `costScale`. */
  readonly costWeight: number;
}

/** An algorithm with something to learn or to set. One file each, one line in the registry. */
export interface Router {
  readonly id: string;
  /** One line: what it does. */
  readonly summary: string;
  /** What an experiment may set of it; absent where there is nothing to set. */
  readonly settings?: z.ZodType;
  /** Paper or repository of the method. */
  readonly source: string;
  /** It reads the declared domain, so it is compared twice: with that, and with a predicted one. */
  readonly usesDomain?: boolean;
  /** Whether it does under these settings, where that hangs on them. */
  readsDomain?(settings: Readonly<Record<string, unknown>>): boolean;
  /** It has a setting `features`, by which it rests on embeddings. */
  readonly readsEmbeddings?: boolean;
  /** Signals that its settings ask for, which whoever compares obtains. Embeddings are named apart. */
  signals?(settings: Readonly<Record<string, unknown>>): readonly SignalSpec[];
  /** Ids of the routers it puts together. */
  readonly members?: readonly string[];
  /** Routers of one kin share what they learn from the same data: cheapest fitted one after another in one thread. */
  readonly kin?: string;
  /**
   * Learns on `fit`, spreads its dial by quantiles on `tune`; policies come cheapest setting first.
   * May return fewer than `dials` (and none, with a reason, where it cannot run on this data).
   * @throws UserError quoting the setting that is wrong
   */
  fit(
    fit: RouterData,
    tune: RouterData,
    options: FitOptions,
  ): readonly Policy[] | { readonly leftOut: string };
  /**
   * A policy that has learned nothing and learns while it serves. Present where the router is online:
   * it is then judged by its regret from the first request on, too.
   * @throws UserError quoting the setting that is wrong
   */
  cold?(models: readonly string[], options: ColdOptions): Policy;
  /**
   * A policy at other settings of its dial, spread by quantiles of these requests and named
   * `served-…`, cheapest first: all that it has learned stays. Absent where no one number moves it.
   * @throws UserError quoting the path in the document that is wrong
   */
  redial?(
    document: PolicyDocument,
    requests: readonly Features[],
    dials: number,
  ): readonly Policy[];
  /** @throws UserError quoting the path in the document that is wrong. */
  fromDocument(document: PolicyDocument): Policy;
}
