/** The event loop is let go after so many milliseconds, as requests wait for it. */
const SLICE_MS = 8;

/** Keeps long computations from holding up others, and ends them in time. */
export class Pace {
  readonly #now: () => number;
  readonly #end: number;
  #sliceEnd: number;

  /** @param now milliseconds of any clock that goes on */
  constructor(now: () => number, budgetMs: number) {
    this.#now = now;
    this.#end = now() + budgetMs;
    this.#sliceEnd = now() + SLICE_MS;
  }

  /** Between two steps. @returns whether there is time for another */
  async next(): Promise<boolean> {
    if (this.#now() >= this.#sliceEnd) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#sliceEnd = this.#now() + SLICE_MS;
    }
    return this.#now() < this.#end;
  }
}
