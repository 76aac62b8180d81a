import { normalQuantile } from '../../statistics/index.js';

export interface DriftInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const Z = normalQuantile(0.975);

/**
 * What a share measured on some prompts says of others: Wilson's interval (1927), two-sided 95 %.
 * Null where nothing was measured.
 */
export function expectedShare(
  shares: Readonly<Record<string, number>>,
  model: string,
  prompts: number,
): DriftInterval | null {
  if (prompts === 0 || Object.keys(shares).length === 0) return null;
  const share = shares[model] ?? 0;
  const square = Z ** 2;
  const centre = (share + square / (2 * prompts)) / (1 + square / prompts);
  const reach =
    (Z / (1 + square / prompts)) *
    Math.sqrt((share * (1 - share)) / prompts + square / (4 * prompts ** 2));
  return {
    mean: share,
    low: Math.max(0, Math.min(share, centre - reach)),
    high: Math.min(1, Math.max(share, centre + reach)),
  };
}
