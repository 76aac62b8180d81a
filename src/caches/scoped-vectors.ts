/** Rows of one block: memory grows by a block, and what is there is never copied. */
const BLOCK_ROWS = 256;

/** A stored vector near one that is looked for. */
export interface Neighbour {
  readonly row: number;
  /** Cosine, in [-1, 1]. */
  readonly similarity: number;
}

/** A vector of length 1 in the same direction; null where there is none, or a number is not finite. */
export function unitVector(vector: Float32Array): Float32Array | null {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += vector[at]! * vector[at]!;
  const length = Math.sqrt(squares);
  if (!(length > 0 && Number.isFinite(length))) return null;
  return vector.map((value) => value / length);
}

/**
 * Unit vectors in scopes, searched exactly and scope by scope: 100,000 of 512 numbers take some
 * 40 ms, 10,000 a tenth of that. Rows that were freed are used again.
 */
export class ScopedVectors {
  readonly dimensions: number;
  readonly #blocks: Float32Array[] = [];
  readonly #free: number[] = [];
  /** Rows of each scope, in any order. */
  readonly #rows = new Map<string, number[]>();
  readonly #scopeOf: string[] = [];
  /** Of each row, where it stands among those of its scope. */
  readonly #placeOf: number[] = [];

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  /** @param unit of this length and dimensions @returns the row it is kept in until it is removed */
  add(scope: string, unit: Float32Array): number {
    const row = this.#free.pop() ?? this.#scopeOf.length;
    const block = Math.floor(row / BLOCK_ROWS);
    if (block === this.#blocks.length) {
      this.#blocks.push(new Float32Array(BLOCK_ROWS * this.dimensions));
    }
    this.#blocks[block]!.set(unit, (row % BLOCK_ROWS) * this.dimensions);
    let rows = this.#rows.get(scope);
    if (rows === undefined) {
      rows = [];
      this.#rows.set(scope, rows);
    }
    this.#scopeOf[row] = scope;
    this.#placeOf[row] = rows.length;
    rows.push(row);
    return row;
  }

  remove(row: number): void {
    const scope = this.#scopeOf[row]!;
    const rows = this.#rows.get(scope)!;
    const last = rows.pop()!;
    if (last !== row) {
      const place = this.#placeOf[row]!;
      rows[place] = last;
      this.#placeOf[last] = place;
    }
    if (rows.length === 0) this.#rows.delete(scope);
    this.#free.push(row);
  }

  /**
   * The rows of a scope nearest to a vector, most similar first.
   * @param from least similarity
   * @param most at least 1
   */
  nearest(scope: string, unit: Float32Array, from: number, most: number): Neighbour[] {
    const found: Neighbour[] = [];
    let bar = from;
    for (const row of this.#rows.get(scope) ?? []) {
      const similarity = Math.max(-1, Math.min(1, this.#dot(row, unit)));
      if (similarity < bar || (found.length === most && similarity === bar)) continue;
      let at = found.length;
      while (at > 0 && found[at - 1]!.similarity < similarity) at--;
      found.splice(at, 0, { row, similarity });
      if (found.length > most) found.pop();
      if (found.length === most) bar = found[most - 1]!.similarity;
    }
    return found;
  }

  /** Four sums at once, as one alone would wait for itself at each step. */
  #dot(row: number, unit: Float32Array): number {
    const block = this.#blocks[Math.floor(row / BLOCK_ROWS)]!;
    const start = (row % BLOCK_ROWS) * this.dimensions;
    const whole = this.dimensions - (this.dimensions % 4);
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let at = 0; at < whole; at += 4) {
      a += block[start + at]! * unit[at]!;
      b += block[start + at + 1]! * unit[at + 1]!;
      c += block[start + at + 2]! * unit[at + 2]!;
      d += block[start + at + 3]! * unit[at + 3]!;
    }
    for (let at = whole; at < this.dimensions; at++) a += block[start + at]! * unit[at]!;
    return a + b + c + d;
  }
}
