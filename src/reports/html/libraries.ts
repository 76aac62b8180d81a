import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * What draws in the reader's browser, in the order in which it must run: Plot finds d3, of which it
 * brings its own version, in `globalThis`.
 */
export function browserLibraries(): readonly string[] {
  const ours = createRequire(import.meta.url);
  // Their `package.json` is not among their exports, so the way goes over their entries.
  const plot = ours.resolve('@observablehq/plot');
  const d3 = createRequire(plot).resolve('d3');
  return [
    readFileSync(join(dirname(dirname(d3)), 'dist', 'd3.min.js'), 'utf8'),
    readFileSync(join(dirname(dirname(plot)), 'dist', 'plot.umd.min.js'), 'utf8'),
  ];
}
