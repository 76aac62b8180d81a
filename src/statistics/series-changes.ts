/**
 * Many similar series, each as its changes from an earlier one that is most like it: neighbouring
 * settings of a dial differ on few rows, so a weighted sum over all of them needs a fraction of the additions.
 */
export interface SeriesChanges {
  /** Of each series: the earlier one it is told from; −1 where it is told from nothing. */
  readonly base: Int32Array;
  /** Changes of series s in part p are from `starts[s * parts + p]` up to the next start. */
  readonly starts: Int32Array;
  readonly cells: Int32Array;
  readonly changes: Float64Array;
}

/** Cells at which series are compared to find the one that is most alike. */
const PROBES = 128;

/**
 * @param valuesOf one series by cell; asked for more than once
 * @param partStarts cells of part p are from `partStarts[p]` up to the next start
 */
export function seriesChanges(
  count: number,
  valuesOf: (series: number) => Float64Array,
  partStarts: Int32Array,
): SeriesChanges {
  const parts = partStarts.length - 1;
  const cellCount = partStarts[parts]!;
  const base = new Int32Array(count).fill(-1);
  const starts = new Int32Array(count * parts + 1);
  const cells = new Growing(Int32Array);
  const changes = new Growing(Float64Array);
  const probes = new Probes(count, cellCount);
  for (let s = 0; s < count; s++) {
    const own = valuesOf(s);
    probes.add(s, own);
    const alike = probes.mostAlike(s);
    const other = alike < 0 ? null : valuesOf(alike);
    base[s] = alike;
    for (let part = 0; part < parts; part++) {
      for (let cell = partStarts[part]!; cell < partStarts[part + 1]!; cell++) {
        const change = own[cell]! - (other === null ? 0 : other[cell]!);
        if (change === 0) continue;
        cells.push(cell);
        changes.push(change);
      }
      starts[s * parts + part + 1] = cells.size;
    }
  }
  return { base, starts, cells: cells.values, changes: changes.values };
}

class Probes {
  readonly #width: number;
  readonly #stride: number;
  readonly #values: Float64Array;
  readonly #usable: Uint8Array;

  constructor(series: number, cells: number) {
    this.#width = Math.min(cells, PROBES);
    this.#stride = cells / Math.max(1, this.#width);
    this.#values = new Float64Array(series * this.#width);
    this.#usable = new Uint8Array(series);
  }

  add(series: number, values: Float64Array): void {
    const from = series * this.#width;
    for (let i = 0; i < this.#width; i++) {
      this.#values[from + i] = values[Math.floor(i * this.#stride)]!;
    }
    // What is told from an unknown is unknown itself, so such a series is nobody's base.
    this.#usable[series] = values.every(Number.isFinite) ? 1 : 0;
  }

  /** The earlier series with the fewest probes that differ, unless as few are other than 0. */
  mostAlike(series: number): number {
    if (this.#usable[series] === 0) return -1;
    const values = this.#values;
    const width = this.#width;
    const own = series * width;
    let best = -1;
    let fewest = 0;
    for (let i = 0; i < width; i++) if (values[own + i] !== 0) fewest++;
    for (let other = series - 1; other >= 0 && fewest > 0; other--) {
      if (this.#usable[other] === 0) continue;
      const from = other * width;
      let differing = 0;
      for (let i = 0; i < width && differing < fewest; i++) {
        if (values[own + i] !== values[from + i]) differing++;
      }
      if (differing < fewest) {
        fewest = differing;
        best = other;
      }
    }
    return best;
  }
}

/** A typed array that doubles its room when full. */
class Growing<T extends Int32Array | Float64Array> {
  readonly #make: new (
    length: number,
  ) => T;
  #room: T;
  size = 0;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#room = new make(1024);
  }

  push(value: number): void {
    if (this.size === this.#room.length) {
      const larger = new this.#make(2 * this.size);
      larger.set(this.#room);
      this.#room = larger;
    }
    this.#room[this.size++] = value;
  }

  get values(): T {
    return this.#room.subarray(0, this.size) as T;
  }
}
