/** A stretch of a text, from a UTF-16 unit to before another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The spans in order, those that overlap as one. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || span.from >= last.to) merged.push(span);
    else if (span.to > last.to) merged[merged.length - 1] = { from: last.from, to: span.to };
  }
  return merged;
}

/** Asks spans in order whether they reach into ever later stretches. */
export class SpanCursor {
  readonly #spans: readonly Span[];
  #next = 0;

  /** @param spans in order, without overlaps */
  constructor(spans: readonly Span[]) {
    this.#spans = spans;
  }

  /** @param from no less than that of the question before */
  touches(from: number, to: number): boolean {
    const spans = this.#spans;
    while (this.#next < spans.length && spans[this.#next]!.to <= from) this.#next++;
    return this.#next < spans.length && spans[this.#next]!.from < to;
  }
}
