import { UserError } from '../user-error.js';
import { type Position, placeOf } from './position.js';

/** At most this many problems of a file are told; the rest are counted. */
const MOST_TOLD = 10;
/** Kept to be put in order; a file with more wrong in it is told by its first ones found. */
const MOST_KEPT = 1000;
const MOST_QUOTED = 60;

/** A value as JSON on one line, cut short, for error messages. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length <= MOST_QUOTED ? text : `${text.slice(0, MOST_QUOTED - 1)}…`;
}

/** Order within a file: what concerns all of it first. */
function lineOrRow(position: Position): number {
  if ('line' in position) return position.line;
  return 'row' in position ? position.row + 1 : 0;
}

/** Gathers what is wrong with a file, one line a problem, so that a user sees all of it at once. */
export class Problems {
  readonly #kept: { readonly position: Position; readonly text: string }[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(position: Position, text: string): void {
    this.#count++;
    if (this.#kept.length < MOST_KEPT) this.#kept.push({ position, text });
  }

  /** @throws UserError with one line a problem, in the order of the file. */
  throwIfAny(): void {
    if (this.#count === 0) return;
    const files = [...new Set(this.#kept.map(({ position }) => position.file))];
    const rank = new Map(files.map((file, index) => [file, index]));
    const lines = this.#kept
      .toSorted(
        ({ position: a }, { position: b }) =>
          rank.get(a.file)! - rank.get(b.file)! || lineOrRow(a) - lineOrRow(b),
      )
      .slice(0, MOST_TOLD)
      .map(({ position, text }) => `${placeOf(position)}: ${text}`);
    const untold = this.#count - lines.length;
    if (untold > 0) lines.push(`… and ${untold.toLocaleString('en-US')} more like these`);
    throw new UserError(lines.join('\n'));
  }
}
