import type { NanoUsd } from '../costs/index.js';

/** What an execution reports as it goes. Listeners show it; nothing waits for them. */
export type ProgressEvent =
  | {
      readonly kind: 'begun';
      readonly planned: number;
      /** Cells of this run that were already done, by an earlier execution. */
      readonly resumed: number;
      readonly reused: number;
    }
  | {
      readonly kind: 'cell';
      readonly model: string;
      readonly outcome: 'done' | 'failed';
      /** Of all attempts, in nano-dollars; 0 where unknown, and for a recorded answer, which was paid long ago. */
      readonly cost: NanoUsd;
      readonly error: string | null;
    }
  | {
      readonly kind: 'judged';
      readonly judge: string;
      readonly unscored: boolean;
      readonly cost: NanoUsd;
    }
  | {
      readonly kind: 'batches';
      /** Batches that may still bring answers. */
      readonly underWay: number;
      /** Of their items, as far as providers tell before a batch has ended. */
      readonly answered: number;
      readonly items: number;
    }
  | { readonly kind: 'stopping'; readonly reason: 'budget' | 'interrupted' }
  | { readonly kind: 'ended' };

export type ProgressListener = (event: ProgressEvent) => void;
