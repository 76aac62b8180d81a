import type { Contender } from './fit-fold.js';
import type { Procedure } from './test-sample.js';

/** One setting of a router's dial over all folds, under the name it is reported by. */
export interface DialRow {
  readonly dial: string;
  readonly procedure: Procedure;
}

/** The dial name of the procedure that tunes anew wherever it is fitted. */
export const TUNED = 'tuned';

/** What tune chose, where folds chose different routers: the best router, tuned. */
export const BEST_TUNED = `best@${TUNED}`;

/** `router@dial`; `router@tuned` where folds chose different settings, `best@tuned` where they chose different routers. */
export function procedureId(procedure: Procedure): string {
  const routers = new Set(procedure.map(({ router }) => router));
  if (routers.size > 1) return BEST_TUNED;
  const dials = new Set(procedure.map(({ dial }) => dial));
  return `${procedure[0]!.router}@${dials.size > 1 ? TUNED : procedure[0]!.dial}`;
}

/**
 * Matches the dial points that a router offered on each fold. Settings with a number for a name
 * match by it; a fold that offers none of that name decides as at the next lower one (routers leave
 * out repeats). Where names differ from fold to fold, settings match by position, as `7of33`.
 */
export function matchDials(folds: readonly (readonly Contender[])[], dials: number): DialRow[] {
  const names = [...new Set(folds.flatMap((fold) => fold.map(({ dial }) => dial)))];
  const byName = folds.length === 1 || names.every((name) => folds.every((f) => has(f, name)));
  if (byName || (names.length <= dials && names.every(isNumber))) {
    const ordered = byName ? names : names.sort((a, b) => Number(a) - Number(b));
    return ordered.map((dial) => ({ dial, procedure: folds.map((fold) => pickDial(fold, dial)!) }));
  }
  const count = Math.max(...folds.map((fold) => fold.length));
  return Array.from({ length: count }, (_, i) => {
    const dial = `${i + 1}of${count}`;
    return { dial, procedure: folds.map((fold) => pickDial(fold, dial)!) };
  });
}

/** The setting that a dial name means among those offered; undefined where it means none. */
export function pickDial<T extends { readonly dial: string }>(
  offered: readonly T[],
  dial: string,
): T | undefined {
  const exact = offered.find((one) => one.dial === dial);
  if (exact !== undefined) return exact;
  const position = /^(\d{1,6})of(\d{1,6})$/.exec(dial);
  if (position !== null) {
    const [, at, count] = position.map(Number);
    if (at! < 1 || at! > count!) return undefined;
    return offered[Math.round(((at! - 1) / Math.max(1, count! - 1)) * (offered.length - 1))];
  }
  if (!isNumber(dial) || !offered.every((one) => isNumber(one.dial))) return undefined;
  const wanted = Number(dial);
  const ordered = [...offered].sort((a, b) => Number(a.dial) - Number(b.dial));
  return ordered.findLast((one) => Number(one.dial) <= wanted) ?? ordered[0];
}

function has(fold: readonly Contender[], dial: string): boolean {
  return fold.some((contender) => contender.dial === dial);
}

function isNumber(name: string): boolean {
  return name.trim() !== '' && Number.isFinite(Number(name));
}
