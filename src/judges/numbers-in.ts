/** A number written in a text. */
export interface WrittenNumber {
  readonly value: number;
  /** Written with a percent sign; `value` is then what stands before it. */
  readonly percent: boolean;
  /** Index of its first and one past its last character. */
  readonly start: number;
  readonly end: number;
}

const DIGITS = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)`;
const DECIMAL = String.raw`(?:${DIGITS}(?:\.\d+)?|\.\d+)`;
const POWER = String.raw`(?:[eE](?<exponent>[+-]?\d{1,3})(?!\d|\.\d)| ?(?:[x×*·]|\\times|\\cdot) ?10\^\{?(?<power>[+-]?\d{1,3})\}?)`;
const LATEX_FRACTION = String.raw`\\[dt]?frac\{(?<top>\d{1,15})\}\{(?<bottom>\d{1,15})\}`;
const FRACTION = String.raw`(?:(?<whole>\d{1,15}) )?(?<over>\d{1,15}) ?\/ ?(?<under>\d{1,15})(?!\d|\.\d| ?\/)`;
const SCALE = String.raw`(?: (?<scale>thousand|million|billion|trillion)\b)`;

/**
 * One written number: sign and currency mark, then a fraction (also `1 3/4` and LaTeX), or digits
 * with thousands commas, decimals, an exponent or a scale word, then a percent sign. Not the digits
 * of a name such as `GPT-4` or `x2`, nor those of a date such as 3/4/2024 as a fraction.
 */
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\d_.]|\p{L}-|\d\/)(?<sign>(?<![\d)\]])[-−–+])?(?<mark>\\?[$€£¥])?(?<late>[-−])?(?:${LATEX_FRACTION}|${FRACTION}|(?<decimal>${DECIMAL})(?:${POWER})?${SCALE}?)(?<percent> ?\\?%| percent\b)?`,
  'giu',
);

const SCALES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

/** All numbers written in a text, in order. Numbers too large for a double are left out. */
export function numbersIn(text: string): readonly WrittenNumber[] {
  const numbers: WrittenNumber[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const groups = match.groups ?? {};
    const size = magnitude(groups);
    if (!Number.isFinite(size)) continue;
    const negative = /^[-−–]$/u.test(groups.sign ?? groups.late ?? '');
    numbers.push({
      value: negative ? -size : size,
      percent: groups.percent !== undefined,
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return numbers;
}

function magnitude(groups: Readonly<Record<string, string | undefined>>): number {
  if (groups.top !== undefined) return Number(groups.top) / Number(groups.bottom);
  if (groups.over !== undefined) {
    return Number(groups.whole ?? 0) + Number(groups.over) / Number(groups.under);
  }
  const decimal = (groups.decimal ?? '').replaceAll(',', '');
  const exponent = groups.exponent ?? groups.power ?? '0';
  return Number(`${decimal}e${exponent}`) * (SCALES[groups.scale?.toLowerCase() ?? ''] ?? 1);
}
