/** Where each dot of a braille cell stands in its character: by row from the top, then left and right. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** A picture in braille characters: 2 by 4 dots a cell. */
export class BrailleCanvas {
  readonly #columns: number;
  readonly #cells: Uint8Array;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** A straight line between two places in cells from the top left, fractions welcome. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0) * 2, Math.abs(y1 - y0) * 4)));
    for (let step = 0; step <= steps; step += 1) {
      const part = step / steps;
      this.#dot(x0 + part * (x1 - x0), y0 + part * (y1 - y0));
    }
  }

  #dot(x: number, y: number): void {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const index = row * this.#columns + column;
    if (column < 0 || column >= this.#columns || !(index in this.#cells)) return;
    const bit = DOTS[Math.floor((y - row) * 4)]?.[Math.floor((x - column) * 2)] ?? 0;
    this.#cells[index] = (this.#cells[index] ?? 0) | bit;
  }

  /** The character of a cell; a space where there is no dot. */
  at(column: number, row: number): string {
    const dots = this.#cells[row * this.#columns + column] ?? 0;
    return dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots);
  }
}
