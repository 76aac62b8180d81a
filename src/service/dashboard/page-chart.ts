import type { PageElement } from './page-document.js';
import type { PageElements } from './page-elements.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

export interface StackedBar {
  /** Under the bar. */
  readonly label: string;
  /** From the bottom up, each with the class of its colour; values from 0 up. */
  readonly parts: readonly {
    readonly name: string;
    readonly colour: string;
    readonly value: number;
  }[];
}

export interface StackedBarsOptions {
  readonly width: number;
  readonly height: number;
  /** What the chart shows, for those who cannot see it. */
  readonly title: string;
  /** A value of the axis, whose values are multiples of `step`. */
  readonly write: (value: number, step: number) => string;
  /** Told of the bar under the pointer or the arrow keys, with its middle in pixels; null for none. */
  readonly onPoint: (bar: StackedBar | null, x: number) => void;
}

export type StackedBars = ReturnType<typeof stackedBars>;

/** Draws bars of several parts each. */
export function stackedBars({ svg }: PageElements) {
  /** Steps of 1, 2 or 5 times a power of ten: about four of them. */
  function ticksTo(most: number): number[] {
    const rough = most / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough)!;
    const count = Math.ceil(most / step - 1e-9);
    return Array.from({ length: count + 1 }, (_, at) => at * step);
  }

  return (bars: readonly StackedBar[], options: StackedBarsOptions): PageElement => {
    const { width, height, title, write, onPoint } = options;
    const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
    const ticks = ticksTo(Math.max(...totals, 1e-9));
    const top = ticks.at(-1)!;
    const labels = ticks.map((tick) => write(tick, ticks[1]!));
    const left = 8 + 6.6 * Math.max(...labels.map((label) => label.length));
    const [right, above, below] = [4, 8, 24];
    const up = (value: number): number => height - below - (value / top) * (height - below - above);
    const slot = (width - left - right) / bars.length;
    const thick = Math.max(2, Math.min(44, slot * 0.74));
    const every = Math.max(1, Math.ceil(54 / slot));
    const drawn = svg('svg', {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': title,
      tabindex: 0,
    });
    ticks.forEach((tick, at) => {
      const y = Math.round(up(tick)) + 0.5;
      drawn.append(
        svg('line', {
          class: at === 0 ? 'axis' : 'grid',
          x1: left,
          x2: width - right,
          y1: y,
          y2: y,
        }),
        svg('text', { class: 'tick', x: left - 8, y: y + 4, 'text-anchor': 'end' }, labels[at]!),
      );
    });
    const columns = bars.map(({ label, parts }, at) => {
      const middle = left + (at + 0.5) * slot;
      const column = svg('g', { class: 'column' });
      let below = 0;
      for (const { colour, value } of parts) {
        if (value === 0) continue;
        const bottom = up(below);
        below += value;
        const height = bottom - up(below);
        column.append(
          svg('rect', {
            class: `fill-${colour}`,
            x: middle - thick / 2,
            y: up(below),
            width: thick,
            // A hair of ground between parts tells them apart without their colours.
            height: Math.max(0.5, height - (height > 3 ? 1 : 0)),
          }),
        );
      }
      // From the right, so that today has its name.
      if ((bars.length - 1 - at) % every === 0) {
        const anchor = middle + 22 > width ? 'end' : 'middle';
        const x = anchor === 'end' ? width : middle;
        drawn.append(
          svg('text', { class: 'tick', x, y: height - 6, 'text-anchor': anchor }, label),
        );
      }
      drawn.append(column);
      return { column, middle };
    });
    let shown = -1;
    const point = (at: number): void => {
      if (at === shown) return;
      columns[shown]?.column.setAttribute('class', 'column');
      columns[at]?.column.setAttribute('class', 'column pointed');
      shown = at;
      onPoint(bars[at] ?? null, columns[at]?.middle ?? 0);
    };
    drawn.addEventListener('pointermove', ({ clientX }) => {
      const box = drawn.getBoundingClientRect();
      const x = ((clientX - box.left) / box.width) * width;
      point(x < left ? -1 : Math.min(bars.length - 1, Math.floor((x - left) / slot)));
    });
    drawn.addEventListener('pointerleave', () => point(-1));
    drawn.addEventListener('blur', () => point(-1));
    drawn.addEventListener('keydown', (event) => {
      const { key } = event;
      if (key === 'Escape') point(-1);
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      event.preventDefault();
      const from = shown === -1 ? (key === 'ArrowLeft' ? bars.length : -1) : shown;
      const next = from + (key === 'ArrowLeft' ? -1 : 1);
      point(Math.max(0, Math.min(bars.length - 1, next)));
    });
    return drawn;
  };
}
