import type { ModelErrorKind } from '../models/index.js';

/** Operations in a row that a model must fail before it is passed over. */
const MOST_FAILED = 3;
/** Milliseconds; each one that follows is twice as long. */
const FIRST_COOL_DOWN_MS = 10_000;
const LONGEST_COOL_DOWN_MS = 60_000;

/** Errors that say of a model, rather than of a request, that it does not answer. */
const DOWN: ReadonlySet<string> = new Set<ModelErrorKind>([
  'connection',
  'timeout',
  'server',
  'authentication',
  'rate_limit',
]);

interface Failing {
  /** Operations in a row. */
  operations: number;
  coolDownMs: number;
  /** Milliseconds since the epoch: until then it is passed over. */
  until: number;
  /** Whether one operation tries it now. */
  onTrial: boolean;
}

/**
 * Which models fail, so that a request need not wait for one of them where another can answer: the
 * circuit breaker of M. Nygard, "Release It!" (2007). After some operations in a row it is passed over
 * for a while, then one operation tries it; an answer forgets all of it. Moments are milliseconds
 * since the epoch.
 */
export class ModelHealth {
  readonly #failing = new Map<string, Failing>();

  /** Whether a model is better not asked now. */
  isCooling(model: string, now: number): boolean {
    return now < (this.#failing.get(model)?.until ?? 0);
  }

  /** An operation asks a model: after a cool-down it is the one that tries it. */
  asks(model: string, now: number): void {
    const failing = this.#failing.get(model);
    if (failing === undefined || failing.operations < MOST_FAILED || now < failing.until) return;
    failing.onTrial = true;
    // Others go on passing it over; a trial that tells nothing is followed by another one.
    failing.until = now + failing.coolDownMs;
  }

  answered(model: string): void {
    this.#failing.delete(model);
  }

  /** @param errors kinds of what each attempt of one operation at this model failed by */
  failed(model: string, errors: readonly string[], now: number): void {
    if (errors.length === 0 || !errors.every((kind) => DOWN.has(kind))) return;
    const failing = this.#failing.get(model) ?? unfailed();
    this.#failing.set(model, failing);
    failing.operations++;
    // Operations that were under way together are one reason to pass it over.
    const counts = failing.onTrial || now >= failing.until;
    if (failing.operations < MOST_FAILED || !counts) return;
    failing.coolDownMs = Math.min(
      LONGEST_COOL_DOWN_MS,
      failing.coolDownMs === 0 ? FIRST_COOL_DOWN_MS : 2 * failing.coolDownMs,
    );
    failing.until = now + failing.coolDownMs;
    failing.onTrial = false;
  }
}

const unfailed = (): Failing => ({ operations: 0, coolDownMs: 0, until: 0, onTrial: false });
