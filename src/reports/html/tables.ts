import type { Estimate } from '../../evaluation/index.js';
import { html, type Markup } from '../markup.js';
import { interval } from '../numbers.js';

export interface Cell {
  readonly text: string | Markup;
  /** What the table is sorted by; null where unknown. */
  readonly value: number | string | null;
}

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Cell;
}

/** A table that can be sorted by any column; the first column names the row. */
export function sortableTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: { readonly caption: string; readonly marked?: (row: Row) => boolean },
): Markup {
  const cells = (row: Row): readonly Markup[] =>
    columns.map(({ cell }, index) => {
      const { text, value } = cell(row);
      // Six digits are enough to sort by.
      const key =
        value === null
          ? ''
          : String(typeof value === 'number' ? Number(value.toPrecision(6)) : value);
      return index === 0
        ? html`<th scope="row" data-value="${key}">${text}</th>`
        : html`<td data-value="${key}">${text}</td>`;
    });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${options.caption}"><table class="sortable">
<caption>${options.caption}</caption>
<thead><tr>${columns.map(({ head }) => html`<th scope="col" aria-sort="none"><button type="button">${head}</button></th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr${options.marked?.(row) ? html` class="chosen"` : ''}>${cells(row)}</tr>`)}</tbody>
</table></div>`;
}

export const textCell = (text: string): Cell => ({ text, value: text });

export const numberCell = (
  value: number | null,
  write: (value: number | null) => string,
): Cell => ({ text: write(value), value });

/** A mean with its interval, sorted by the mean. */
export const estimateCell = (
  estimate: Estimate | null,
  write: (value: number | null) => string,
  within?: (value: number | null) => string,
): Cell =>
  estimate === null
    ? { text: '–', value: null }
    : { text: interval(estimate, write, within), value: estimate.mean };

/** Facts in two columns. */
export function facts(rows: readonly (readonly [string, string | Markup])[]): Markup {
  return html`<table class="facts"><tbody>${rows.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  )}</tbody></table>`;
}
