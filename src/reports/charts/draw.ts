import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/**
 * A plot as an `<svg>` element in text, drawn without a browser.
 * @param options as `Plot.plot` takes them, with nothing that would make it a `<figure>`
 */
export function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawing: string = Plot.plot({ ...options, document }).outerHTML;
  // A hundredth of a pixel is seen by nobody.
  return drawing.replaceAll(/(\d\.\d\d)\d+(?=[^<>]*>)/g, '$1');
}
