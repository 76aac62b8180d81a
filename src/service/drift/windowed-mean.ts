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
  /**
   * Of the window that fills; null before the first value. The narrowest so far, as bounds that hold at
   * every moment hold together; where that leaves nothing between them, the mean has moved, and they are
   * those of this moment.
   */
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
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let full: SequenceBounds | null = null;
  const current = (): SequenceBounds | null => {
    const now = filling.bounds();
    return now === null || low > high ? now : { ...now, low, high };
  };
  return {
    add(value) {
      if (size === window) {
        full = current();
        count++;
        size = 0;
        [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
        filling = boundedSequence(alpha / (count * (count + 1)), most);
      }
      size++;
      filling.add(Math.min(Math.max(value, 0), most));
      const now = filling.bounds()!;
      low = Math.max(low, now.low);
      high = Math.min(high, now.high);
    },
    current,
    former: () => (2 * size < window ? full : null),
  };
}
