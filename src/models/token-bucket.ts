/**
 * A token bucket: `perMinute` flow in evenly, up to `capacity` is kept (by default a tenth of a
 * second's worth, and at least 1). Taking more than is there is allowed once the bucket is as full as
 * it gets, and leaves a debt that later takers wait out, so a request larger than the bucket passes
 * and the average holds. Times are milliseconds of the caller's clock.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #level: number;
  #filledAt: number;

  /** @throws RangeError quoting the value, if it is not a number above 0 */
  constructor(perMinute: number, now: number, capacity = perMinute / 600) {
    if (!(perMinute > 0 && Number.isFinite(perMinute))) {
      throw new RangeError(`Expected \`perMinute\` to be a number above 0, got ${perMinute}`);
    }
    this.#perMs = perMinute / 60_000;
    this.#capacity = Math.max(1, capacity);
    this.#level = this.#capacity;
    this.#filledAt = now;
  }

  /** How long until `amount` may be taken; 0 for at once. */
  waitMs(amount: number, now: number): number {
    this.#fill(now);
    // Rounding of the inflow must not leave a wait too short for any clock to pass.
    const missing = Math.min(amount, this.#capacity) - this.#level;
    return missing <= 1e-9 * this.#capacity ? 0 : missing / this.#perMs;
  }

  /** Takes without asking; check `waitMs` first. A negative amount gives back. */
  take(amount: number): void {
    this.#level -= amount;
  }

  #fill(now: number): void {
    const inflow = Math.max(0, now - this.#filledAt) * this.#perMs;
    this.#level = Math.min(this.#capacity, this.#level + inflow);
    this.#filledAt = Math.max(this.#filledAt, now);
  }
}
