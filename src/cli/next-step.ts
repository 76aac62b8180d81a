import type { RunSummary } from '../experiments/index.js';

/** The line that names the next command; null where a comparison lacks scores of some model. */
export function comparisonHint(
  { models }: Pick<RunSummary, 'models'>,
  name: string,
): string | null {
  return models.every(({ scored }) => scored > 0) ? `Next: switchyard compare ${name}\n` : null;
}
