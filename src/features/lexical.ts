/** Counts and shares of a text, from one pass over it. Shares are in [0, 1], of all characters. */
export interface LexicalStatistics {
  /** UTF-16 code units. */
  readonly chars: number;
  /** Runs of letters and digits. */
  readonly words: number;
  /** Lines that hold more than white space. */
  readonly lines: number;
  /** Runs of digits. */
  readonly numbers: number;
  readonly questionMarks: number;
  /** Lines that start with a bullet, or with a number or letter and a dot or bracket. */
  readonly listItems: number;
  /** Mean length of a word; 0 where there is none. */
  readonly wordLength: number;
  readonly digitShare: number;
  readonly capitalShare: number;
  /** Share of characters that programs use and prose rarely does. */
  readonly codeShare: number;
  readonly mathShare: number;
  readonly nonAsciiShare: number;
}

const CODE = new Set(Array.from('{}[]();=<>_#&|\\`', (character) => character.charCodeAt(0)));
const MATH = new Set(Array.from('+-*/^=<>%$\\√∑∫≤≥≠×÷π', (character) => character.charCodeAt(0)));
const NEWLINE = 10;
const QUESTION_MARK = 63;

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isCapital = (code: number): boolean => code >= 65 && code <= 90;
const isLetter = (code: number): boolean => isCapital(code) || (code >= 97 && code <= 122);

/** Letters and digits; beyond ASCII all but spaces and general, CJK and full-width punctuation. */
export function isWordCharacter(code: number): boolean {
  if (code < 128) return isLetter(code) || isDigit(code);
  return !(
    code <= 0xbf ||
    (code >= 0x2000 && code <= 0x206f) ||
    (code >= 0x3000 && code <= 0x303f) ||
    (code >= 0xff01 && code <= 0xff0f) ||
    (code >= 0xff1a && code <= 0xff20) ||
    code === 0xfeff
  );
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 160;

/** Whether the line that starts at `start` is an item of a list. */
function isListItem(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  const next = text.charCodeAt(start + 1);
  if (first === 45 || first === 42 || first === 0x2022) return next === 32;
  if (isLetter(first)) return next === 46 || next === 41;
  if (!isDigit(first)) return false;
  const end = isDigit(next) ? start + 2 : start + 1;
  const closing = text.charCodeAt(end);
  return closing === 46 || closing === 41;
}

/** Reads a text once, whatever it holds: linear in its length. */
export function lexicalStatistics(text: string): LexicalStatistics {
  let words = 0;
  let wordCharacters = 0;
  let lines = 0;
  let numbers = 0;
  let digits = 0;
  let questionMarks = 0;
  let listItems = 0;
  let capitals = 0;
  let code = 0;
  let math = 0;
  let nonAscii = 0;
  let inWord = false;
  let inNumber = false;
  let lineHasText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === NEWLINE) lineHasText = false;
    else if (!lineHasText && !isSpace(character)) {
      lineHasText = true;
      lines++;
      if (isListItem(text, at)) listItems++;
    }
    const wordCharacter = isWordCharacter(character);
    if (wordCharacter) {
      wordCharacters++;
      if (!inWord) words++;
    }
    inWord = wordCharacter;
    const digit = isDigit(character);
    if (digit) {
      digits++;
      if (!inNumber) numbers++;
    }
    inNumber = digit;
    if (isCapital(character)) capitals++;
    if (character === QUESTION_MARK) questionMarks++;
    if (CODE.has(character)) code++;
    if (MATH.has(character)) math++;
    if (character > 127) nonAscii++;
  }
  const share = (count: number): number => (text.length === 0 ? 0 : count / text.length);
  return {
    chars: text.length,
    words,
    lines,
    numbers,
    questionMarks,
    listItems,
    wordLength: words === 0 ? 0 : wordCharacters / words,
    digitShare: share(digits),
    capitalShare: share(capitals),
    codeShare: share(code),
    mathShare: share(math),
    nonAsciiShare: share(nonAscii),
  };
}

/** Fixed order of the statistics as numbers, counts on a log scale: what a model is trained on. */
export function lexicalVector(statistics: LexicalStatistics): number[] {
  return [
    Math.log1p(statistics.chars),
    Math.log1p(statistics.words),
    Math.log1p(statistics.lines),
    Math.log1p(statistics.numbers),
    Math.log1p(statistics.questionMarks),
    Math.log1p(statistics.listItems),
    Math.log1p(statistics.wordLength),
    statistics.digitShare,
    statistics.capitalShare,
    statistics.codeShare,
    statistics.mathShare,
    statistics.nonAsciiShare,
  ];
}
