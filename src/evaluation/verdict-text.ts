import type { Estimate, VerdictCheck } from './comparison.js';

/** A difference with its sign, to three digits after the point; `0` where it rounds to nothing. */
export function signedText(value: number): string {
  const text = Math.abs(value).toFixed(3);
  if (Number(text) === 0) return Math.abs(value) < 1e-12 ? 'a tie' : 'about 0';
  return `${value < 0 ? '−' : '+'}${text}`;
}

export function percentText(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** One check in words: what was held against what, and whether a tie is all there is. */
export function checkText(
  name: VerdictCheck['name'],
  { mean, low, high }: Estimate,
  threshold: number,
  of: { readonly candidate: string; readonly reference: string; readonly costInUsd: boolean },
): string {
  const { candidate, reference } = of;
  const subject = {
    quality: `Quality of ${candidate} less that of ${reference}`,
    cost: `Cost of ${candidate} less that of ${reference}${of.costInUsd ? ', $ per 1,000 prompts' : ''}`,
    mixture: `Quality of ${candidate} less that of a random mixture of models at its cost`,
  }[name];
  if (mean === null) return `${subject}: cannot be told from this data`;
  const scale = name === 'cost' && of.costInUsd ? 1000 : 1;
  const number = (value: number | null): string => {
    if (value === null) return '?';
    return name === 'cost' ? (scale * value).toPrecision(3) : value.toFixed(4);
  };
  const tie = name !== 'cost' && low !== null && high !== null && low <= 0 && high >= 0;
  const side = name === 'cost' ? 'below' : 'above';
  return `${subject}: ${number(mean)} (${number(low)} to ${number(high)}), to be ${side} ${threshold}${tie ? '; a tie within the interval' : ''}`;
}

/** What must stand before a verdict so that no one takes it for more than it is. */
export function verdictPrefix(of: {
  readonly simulated: boolean;
  readonly judge: string;
  readonly judgeIsModel: boolean;
  readonly judgeModel: string | undefined;
  readonly calibrated: boolean;
  readonly assumedPrices: boolean;
  readonly outOfDomain: boolean;
}): string {
  const judged =
    of.judgeIsModel && !of.calibrated
      ? `According to judge ${of.judge} (${of.judgeModel === undefined ? '' : `${of.judgeModel}, `}uncalibrated; its errors are not in the intervals): `
      : '';
  const priced = of.assumedPrices ? 'At prices assumed by you: ' : '';
  const apart = of.outOfDomain ? 'On domains never learned from: ' : '';
  return `${of.simulated ? 'SIMULATED: ' : ''}${judged}${priced}${apart}`;
}

/** Names every price that the user gave in place of a measured one. */
export function assumedPricesWarning(
  prices: Readonly<Record<string, number>> | undefined,
): string[] {
  if (prices === undefined) return [];
  const named = Object.entries(prices).map(([model, price]) => `${model} $${price}`);
  return [`Prices assumed by you, a call: ${named.join(', ')}. The data itself holds none.`];
}
