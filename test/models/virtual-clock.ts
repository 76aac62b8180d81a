import type { Clock } from '../../src/models/index.js';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

export const START = Date.parse('2026-01-01T00:00:00Z');

/** A clock that stands still until everything waits for it, then jumps to the next wake-up. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #time = START;

  now = (): number => this.#time;

  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#timers.delete(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer: Timer = { at: this.#time + ms, wake };
      this.#timers.add(timer);
      signal.addEventListener('abort', wake, { once: true });
    });

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.#time - START;
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** Runs until `work` settles. Throws where it waits for something that no timer brings. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watched = work.finally(() => {
      settled = true;
    });
    watched.catch(() => {});
    while (true) {
      await new Promise(setImmediate);
      if (settled) return watched;
      const next = [...this.#timers].reduce<Timer | null>(
        (first, timer) => (first === null || timer.at < first.at ? timer : first),
        null,
      );
      if (next === null) throw new Error('Nothing is left to wait for, and the work has not ended');
      this.#time = Math.max(this.#time, next.at);
      next.wake();
    }
  }
}
