import type { Features } from '../../features/index.js';

/** An operation of a service, decided by a policy that calls one model. */
export interface ServedOperation {
  /** Operations of one prompt share it: they count as one group, and stay on one side of a split. */
  readonly promptHash: string;
  readonly features: Features;
  /** Index into the policy's models of the one that was called. */
  readonly called: number;
  /** With what probability each of the policy's models was to be called. */
  readonly probabilities: readonly number[];
  /** US dollars; NaN where unknown. */
  readonly costUsd: number;
  /** In [0, 1]; NaN where it was not judged. */
  readonly score: number;
  /** With what probability it was to be judged; NaN where it was not. */
  readonly chance: number;
}
