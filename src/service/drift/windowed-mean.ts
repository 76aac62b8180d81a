import { boundedSequence, type SequenceBounds } from '../../statistics/index.js';

export interface WindowOptions {
  /** Over the whole stream, however many windows it goes through. */
  readonly alpha: number;
  /** Values above count as this. */
  readonly most: number;
  /** Values after which the sequence starts anew. */
  readonly window: number;
}

/** A mean that is looked at again and again, and forgets. */
export interface WindowedMean {
  add(value: number): void;
  /** Of the window that fills; null before the first value. */
  current(): SequenceBounds | null;
  /** Of the last window that was full, as long as the present one is less than half full; else null. */
  former(): SequenceBounds | null;
}

/**
 * Confidence sequences one after another, so that a late change is not drowned in what was before. The
 * k-th may err with probability alpha / (k (k + 1)), which adds up to alpha over all of them.
 */
export function windowedMean({ alpha, most, window }: WindowOptions): WindowedMean {
  let count = 1;
  let filling = boundedSequence(alpha / 2, most);
  let size = 0;
  let full: SequenceBounds | null = null;
  return {
    add(value) {
      if (size === window) {
        full = filling.bounds();
        count++;
        size = 0;
        filling = boundedSequence(alpha / (count * (count + 1)), most);
      }
      size++;
      filling.add(Math.min(Math.max(value, 0), most));
    },
    current: () => filling.bounds(),
    former: () => (2 * size < window ? full : null),
  };
}
