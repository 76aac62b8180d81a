import { approximateTokens } from '../../costs/index.js';
import type { FinishReason } from '../../wire/index.js';
import type { ModelParameters } from '../model.js';

/** Ends a text where a request's stop sequences or its most tokens end it. */
export function cutText(
  spoken: string,
  parameters: ModelParameters,
): { readonly text: string; readonly finishReason: FinishReason } {
  const stops = (parameters.stop ?? [])
    .map((stop) => (stop === '' ? -1 : spoken.indexOf(stop)))
    .filter((at) => at !== -1);
  const text = stops.length === 0 ? spoken : spoken.slice(0, Math.min(...stops));
  if (approximateTokens(text) <= parameters.maxTokens) return { text, finishReason: 'stop' };
  let fits = 0;
  let tooLong = text.length;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (approximateTokens(text.slice(0, middle)) <= parameters.maxTokens) fits = middle;
    else tooLong = middle;
  }
  return { text: text.slice(0, fits), finishReason: 'length' };
}
