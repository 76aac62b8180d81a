/** A piece of a text as guards read it. */
export type Token =
  /** Letters, in lower case; `name` where it is written as one ("US", "May"). */
  | { readonly kind: 'word'; readonly text: string; readonly name: boolean }
  | { readonly kind: 'number'; readonly text: string }
  /** `after`, `before`: whether something stands right after and before it, without a blank. */
  | {
      readonly kind: 'symbol';
      readonly text: string;
      readonly before: boolean;
      readonly after: boolean;
    }
  /** What has to be the same to the letter: a quotation, code, an address, a path. */
  | { readonly kind: 'verbatim'; readonly text: string }
  /** Belongs to the word or verbatim piece before: "France's". */
  | { readonly kind: 'genitive' }
  /** Punctuation between parts of a sentence, as written. */
  | { readonly kind: 'break'; readonly text: string };

const CLOSING: Readonly<Record<string, string>> = { '"': '"', '`': '`', '«': '»', '„': '"' };
const PIECE =
  /(\p{L}[\p{L}\p{M}]*(?:'\p{L}+)*)|(\p{Nd}+(?:[.,:]\p{Nd}+)*)|([.,;:!?()[\]{}…'"_]+)|([^\s])/gu;
const EDGE = /[.,;:!?()[\]{}…'"]/;
/** Letters that change from small to capital, or join by what only code, paths and addresses join with. */
const CODE =
  /\p{Ll}\p{Lu}|[\p{L}\p{N}][_@\\]|_[\p{L}\p{N}]|:\/\/|::|--\p{L}|\p{L}\/|\/\p{L}|\p{L}\.\p{L}|^[.$#@]\p{L}|\(\)|\p{L}[#+]{1,2}$|<\p{L}|&&|\|\||=>|->/u;
const NAME_LIKE = new Set(['us', 'it', 'who', 'may', 'will', 'march', 'can']);

/** Reads a text from left to right, in time linear in its length. */
export function tokensOf(text: string): Token[] {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/[‘’ʼ′]/g, "'")
    .replaceAll(/[“”″]/g, '"')
    .replaceAll(/[−–]/g, '-')
    .replaceAll('—', ' ; ')
    .replaceAll('⁄', '/');
  const tokens: Token[] = [];
  const shouted = !/\p{Ll}/u.test(plain);
  let from = 0;
  const absent = new Set<string>();
  for (let at = 0; at < plain.length; at++) {
    const close = closingOf(plain, at);
    if (close === undefined || absent.has(close)) continue;
    const end = endOfQuotation(plain, at + 1, close);
    if (end === -1) {
      absent.add(close);
      continue;
    }
    readPlain(plain.slice(from, at), shouted, tokens);
    tokens.push({ kind: 'verbatim', text: plain.slice(at + 1, end).trim() });
    from = end + 1;
    at = end;
  }
  readPlain(plain.slice(from), shouted, tokens);
  return tokens;
}

function closingOf(text: string, at: number): string | undefined {
  const mark = text[at]!;
  if (mark !== "'") return CLOSING[mark];
  // Elsewhere it is an apostrophe.
  const outside = at === 0 || /[\s(]/.test(text[at - 1]!);
  return outside && /\S/.test(text[at + 1] ?? ' ') ? "'" : undefined;
}

function endOfQuotation(text: string, from: number, close: string): number {
  if (close !== "'") return text.indexOf(close, from);
  for (let at = text.indexOf(close, from); at !== -1; at = text.indexOf(close, at + 1)) {
    if (!/[\p{L}\p{N}]/u.test(text[at + 1] ?? ' ') && /\S/.test(text[at - 1]!)) return at;
  }
  return -1;
}

function readPlain(text: string, shouted: boolean, tokens: Token[]): void {
  for (const chunk of text.split(/\s+/)) {
    if (chunk === '') continue;
    let start = 0;
    let end = chunk.length;
    while (
      start < end &&
      EDGE.test(chunk[start]!) &&
      !/^\.\p{L}/u.test(chunk.slice(start, start + 2))
    )
      start++;
    while (end > start && EDGE.test(chunk[end - 1]!) && chunk.slice(end - 2, end) !== '()') end--;
    const core = chunk.slice(start, end);
    if (start > 0) tokens.push({ kind: 'break', text: chunk.slice(0, start) });
    if (core !== '') {
      if (CODE.test(core)) tokens.push({ kind: 'verbatim', text: verbatim(core) });
      else readPieces(core, shouted, tokens);
    }
    if (end < chunk.length && chunk.slice(end) !== "'") {
      tokens.push({ kind: 'break', text: chunk.slice(end) });
    } else if (end < chunk.length) tokens.push({ kind: 'genitive' });
  }
}

/** Case tells code apart, but not "Node.js" and "node.js". */
const verbatim = (core: string): string =>
  /^[\p{L}\p{N}.+#-]+$/u.test(core) && !/\p{Ll}\p{Lu}/u.test(core) ? core.toLowerCase() : core;

function readPieces(core: string, shouted: boolean, tokens: Token[]): void {
  for (const match of core.matchAll(PIECE)) {
    const [all, word, number, punctuation, symbol] = match;
    if (word !== undefined) readWord(word, shouted, tokens);
    else if (number !== undefined) tokens.push({ kind: 'number', text: plainNumber(number) });
    else if (punctuation !== undefined) tokens.push({ kind: 'break', text: punctuation });
    else if (symbol !== undefined) {
      const [before, after] = [match.index > 0, match.index + all.length < core.length];
      tokens.push({ kind: 'symbol', text: symbol, before, after });
    }
  }
}

/** "1,000,000" is written 1000000 as well; versions, times and decimals stay as they are. */
const plainNumber = (number: string): string =>
  /^\p{Nd}{1,3}(?:,\p{Nd}{3})+(?:\.\p{Nd}+)?$/u.test(number) ? number.replaceAll(',', '') : number;

const IS_AFTER = new Set(
  'it he she that there here what who where when why how which let this'.split(' '),
);
const ENDINGS: Readonly<Record<string, string>> = {
  re: 'are',
  ve: 'have',
  ll: 'will',
  d: 'would',
  m: 'am',
};
/** Contractions that are often written without their apostrophe, or come to other words. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  "can't": ['can', 'not'],
  cant: ['can', 'not'],
  cannot: ['can', 'not'],
  "won't": ['will', 'not'],
  wont: ['will', 'not'],
  "shan't": ['shall', 'not'],
  dont: ['do', 'not'],
  doesnt: ['does', 'not'],
  didnt: ['did', 'not'],
  isnt: ['is', 'not'],
  arent: ['are', 'not'],
  wasnt: ['was', 'not'],
  werent: ['were', 'not'],
  shouldnt: ['should', 'not'],
  couldnt: ['could', 'not'],
  wouldnt: ['would', 'not'],
  whats: ['what', 'is'],
  hows: ['how', 'is'],
  wheres: ['where', 'is'],
  im: ['i', 'am'],
  ive: ['i', 'have'],
  "let's": ['let', 'us'],
};

function readWord(word: string, shouted: boolean, tokens: Token[]): void {
  const lower = word.toLowerCase();
  const push = (text: string, name = false): void => void tokens.push({ kind: 'word', text, name });
  const whole = WHOLE[lower];
  if (whole !== undefined) {
    for (const one of whole) push(one);
    return;
  }
  const [base, ending] = lower.split("'") as [string, string | undefined];
  if (ending === undefined) {
    const capitals = word.length > 1 && word === word.toUpperCase();
    const capital = word !== lower && tokens.length > 0 && tokens.at(-1)?.kind === 'word';
    const isName =
      !shouted &&
      NAME_LIKE.has(lower) &&
      (capitals || (capital && ['may', 'will', 'march'].includes(lower)));
    push(lower, isName);
  } else if (ending === 't' && base.endsWith('n')) {
    push(base.slice(0, -1));
    push('not');
  } else if (ending === 's') {
    push(base);
    if (IS_AFTER.has(base)) push('is');
    else tokens.push({ kind: 'genitive' });
  } else {
    push(base);
    push(ENDINGS[ending] ?? ending);
  }
}
