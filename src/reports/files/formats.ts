import type { Comparison } from '../../evaluation/index.js';
import { comparisonJson } from '../comparison-json.js';
import { jsonLine } from '../json-line.js';
import { csv } from './csv.js';
import { markdown } from './markdown.js';
import type { TableWriter } from './table.js';
import { tradeoffTable } from './tradeoff-table.js';

type Render = (
  comparison: Comparison,
  tables: TableWriter,
) => string | Uint8Array | Promise<string | Uint8Array>;

/** A comparison as a file, by the ending of its name. What draws is loaded when it is asked for. */
const formats: ReadonlyMap<string, Render> = new Map<string, Render>([
  ['json', (comparison) => jsonLine(comparisonJson(comparison))],
  ['csv', (comparison) => csv(tradeoffTable(comparison))],
  ['md', markdown],
  ['parquet', (comparison, tables) => tables.parquet(tradeoffTable(comparison))],
  [
    'svg',
    async (comparison) => (await import('../charts/frontier-svg.js')).frontierSvg(comparison),
  ],
  ['html', async (comparison) => (await import('../html/report-page.js')).reportPage(comparison)],
]);

export const reportFormats: readonly string[] = [...formats.keys()];

/**
 * The contents of a report's file.
 * @param format one of `reportFormats`
 */
export async function reportFile(
  format: string,
  comparison: Comparison,
  tables: TableWriter,
): Promise<string | Uint8Array> {
  const render = formats.get(format);
  if (render === undefined) throw new RangeError(`Expected a format of reports, got "${format}"`);
  return render(comparison, tables);
}
