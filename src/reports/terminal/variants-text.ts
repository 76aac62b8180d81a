import type { Comparison } from '../../evaluation/index.js';
import { shortModelNames } from '../model-names.js';
import { firstThatFits, textTable } from '../text-table.js';
import { VARIANT_COLUMNS, variantCells, variantsNote } from '../variant-rows.js';
import { wrap } from '../wrap.js';
import { bold, type SectionOptions } from './further-sections.js';

/** Columns that go first where the terminal is narrow. */
const FORMS: readonly (readonly string[])[] = [
  [],
  ['changed'],
  ['changed', 'tokens in'],
  ['changed', 'tokens in', 'quality without → with'],
  ['changed', 'tokens in', 'quality without → with', '$ per 1k'],
];

/** Whether compressing the prompts pays, by model. */
export function variantsText(
  { variants = [], verdict }: Comparison,
  { colors, width }: SectionOptions,
): readonly string[] {
  if (variants.length === 0) return [];
  const nameOf = shortModelNames(variants.map(({ model }) => model));
  const rows = variants.map((row) => variantCells(row, nameOf));
  const tables = FORMS.map((without) => {
    const shown = VARIANT_COLUMNS.flatMap((head, at) => (without.includes(head) ? [] : [at]));
    return textTable(
      bold(
        shown.map((at) => VARIANT_COLUMNS[at]!),
        colors,
      ),
      rows.map((cells) => shown.map((at) => cells[at]!)),
      shown.map(() => 'left'),
    );
  });
  return [
    colors.bold('compressed prompts'),
    colors.dim(wrap(variantsNote(variants, verdict.margin), width)),
    firstThatFits(tables, width),
    ...variants.map(({ text }) => wrap(text, width, '  ')),
    '',
  ];
}
