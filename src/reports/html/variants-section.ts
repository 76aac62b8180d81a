import type { Comparison, VariantResult } from '../../evaluation/index.js';
import { PALETTE } from '../charts/palette.js';
import { intervalChart } from '../charts/small-charts.js';
import { html, type Markup, trusted } from '../markup.js';
import { shortModelNames } from '../model-names.js';
import { signed } from '../numbers.js';
import { VARIANT_COLUMNS, variantCells, variantsNote } from '../variant-rows.js';
import { sortableTable } from './tables.js';

/** More rows than this say less than the table does. */
const DRAWN = 24;

/** Whether compressing the prompts pays, by model. */
export function variantsSection({ variants = [], verdict }: Comparison): Markup {
  if (variants.length === 0) return html``;
  const nameOf = shortModelNames(variants.map(({ model }) => model));
  const chart = intervalChart(
    variants.slice(0, DRAWN).map(({ variant, model, difference, answer }) => ({
      label: `${variant}, ${nameOf(model)}`,
      estimate: difference,
      color: answer === 'pays' ? PALETTE.learned : PALETTE.baseline,
    })),
    {
      name: 'Quality with compressed prompts less that without',
      width: 640,
      write: (value) => signed((each) => String(each))(Number(value.toFixed(3))),
      mark: -verdict.margin,
    },
  );
  const note = variantsNote(variants, verdict.margin);
  const sortedBy: readonly ((row: VariantResult) => number | string | null)[] = [
    ({ variant }) => variant,
    ({ model }) => model,
    ({ changed }) => changed,
    ({ quality }) => quality.mean,
    ({ difference }) => difference.mean,
    ({ costUsdPer1k }) => costUsdPer1k.mean,
    ({ costSaving }) => costSaving.mean,
    ({ inputTokens }) => inputTokens,
    ({ answer }) => answer,
  ];
  return html`<h2>Compressed prompts</h2>
<p>${note.charAt(0).toUpperCase()}${note.slice(1)}.</p>
${chart === null ? '' : html`<figure>${trusted(chart)}<figcaption>Quality with each compression less that without, 95 % intervals; the line is the margin, −${String(verdict.margin)}.${variants.length > DRAWN ? ` The first ${DRAWN} of ${variants.length}.` : ''}</figcaption></figure>`}
${sortableTable<VariantResult>(
  VARIANT_COLUMNS.map((head, at) => ({
    head,
    cell: (row) => ({ text: variantCells(row, nameOf)[at]!, value: sortedBy[at]!(row) }),
  })),
  variants,
  {
    caption: 'Each model with and without each compression',
    marked: ({ answer }) => answer === 'pays',
  },
)}
<ul>${variants.map(({ text }) => html`<li>${text}</li>`)}</ul>`;
}
