import type { NanoUsd } from '../costs/index.js';
import type { Operation } from './operation.js';

/** What one technique did. */
export interface TechniqueSaving {
  /** Requests that it helped. */
  readonly requests: number;
  /** Nano-dollars that it kept from being spent, as far as they are known. */
  readonly saving: NanoUsd;
  /** Of the requests, those whose saving is unknown: they are in no sum. */
  readonly unknown: number;
}

/** What became of the requests of one day, live or simulated. */
export interface ActivityRow {
  /** ISO date, UTC. */
  readonly day: string;
  readonly origin: Operation['origin'];
  readonly requests: number;
  /** Of these, those that had no answer, though somebody waited for one. */
  readonly failed: number;
  /** Of these, those whose caller left before the answer. */
  readonly left: number;
  /** Answers given before to the very same request. */
  readonly exact: TechniqueSaving;
  /** Answers given before to a request in other words. */
  readonly similar: TechniqueSaving;
  /**
   * Requests that were shortened. Their saving is an estimate, as the tokens removed are one: those
   * tokens at the input price of each attempt that was spared them.
   */
  readonly compression: TechniqueSaving & { readonly tokens: number };
}
