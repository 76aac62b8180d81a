/** A fixed number of places; whoever finds none waits in line. */
export class Slots {
  #free: number;
  /** Tasks that hold a place and do not wait for another to end. */
  #active = 0;
  readonly #waiting: (() => void)[] = [];
  #paused: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Runs a task in a place of its own and gives the place back however the task ends. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    // No await may come between this check and the decrement.
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((admit) => this.#waiting.push(admit));
    this.#active += 1;
    try {
      return await task();
    } finally {
      this.#active -= 1;
      this.#resume();
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /**
   * Called by a task that holds a place.
   * @returns true once another task has ended; false at once where none is left that could
   */
  async anotherEnds(): Promise<boolean> {
    if (this.#active <= 1) return false;
    this.#active -= 1;
    await new Promise<void>((resume) => this.#paused.push(resume));
    return true;
  }

  #resume(): void {
    const paused = this.#paused;
    this.#paused = [];
    this.#active += paused.length;
    for (const resume of paused) resume();
  }
}
