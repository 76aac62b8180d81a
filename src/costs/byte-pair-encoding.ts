/** A byte-pair encoding's public data, as js-tiktoken ships it. */
export interface EncodingRanks {
  /** The regular expression that splits text into pieces that no token crosses. */
  readonly pat_str: string;
  /** Lines of `! offset token token …`, each token in base64; its rank is offset plus position. */
  readonly bpe_ranks: string;
}

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number;

/**
 * Pieces longer than this are encoded in parts of this length, so that memory stays bounded. No
 * written language comes near it; beyond it a count may differ by about one token a part.
 */
const LONGEST_PART_BYTES = 65_536;

/**
 * Longer texts are split into windows of at most this many characters, as a regular expression keeps a
 * stack as deep as the longest run it matches, and V8 gives up at a few million.
 */
const LONGEST_WINDOW = 262_144;

/**
 * A counter for one encoding. Counts equal those of tiktoken, and text that spells a special token
 * (`<|endoftext|>`) counts as the text it is.
 *
 * Ordinary implementations look for the best pair anew after every merge, which takes quadratic time
 * on long unbroken runs. Here pending pairs wait in a heap, so a piece of n bytes takes n log n, with n
 * bounded as above: time is linear in the text, whatever it holds.
 *
 * @see https://github.com/openai/tiktoken (the encoding; its large-piece merge also keeps a heap)
 */
export function createTokenCount(encoding: EncodingRanks): CountTokens {
  const ranks = readRanks(encoding.bpe_ranks);
  const pieces = new RegExp(encoding.pat_str, 'gu');
  return (text) => {
    let tokens = 0;
    for (const window of windows(text)) {
      for (const [piece] of window.matchAll(pieces)) tokens += countPiece(piece, ranks);
    }
    return tokens;
  };
}

function* windows(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > LONGEST_WINDOW) {
    const end = windowEnd(text, start + LONGEST_WINDOW);
    yield text.slice(start, end);
    start = end;
  }
  yield start === 0 ? text : text.slice(start);
}

/** Before a space between two ASCII letters, where every encoding begins a piece; else anywhere. */
function windowEnd(text: string, limit: number): number {
  for (let at = limit; at > limit - LONGEST_WINDOW / 2; at--) {
    if (text[at] === ' ' && isAsciiLetter(text, at - 1) && isAsciiLetter(text, at + 1)) return at;
  }
  const last = text.charCodeAt(limit - 1);
  const insidePair = last >= 0xd800 && last <= 0xdbff;
  return insidePair ? limit - 1 : limit;
}

function isAsciiLetter(text: string, at: number): boolean {
  const lower = text.charCodeAt(at) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function countPiece(piece: string, ranks: ReadonlyMap<string, number>): number {
  // One character a byte: a piece and every part of it is then a key of `ranks`.
  const bytes = Buffer.from(piece, 'utf8').toString('latin1');
  if (ranks.has(bytes)) return 1;
  let tokens = 0;
  for (let start = 0; start < bytes.length; start += LONGEST_PART_BYTES) {
    tokens += mergePart(bytes.slice(start, start + LONGEST_PART_BYTES), ranks);
  }
  return tokens;
}

function readRanks(lines: string): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const line of lines.split('\n')) {
    const [, offset, ...tokens] = line.split(' ');
    for (const [position, token] of tokens.entries()) {
      ranks.set(Buffer.from(token, 'base64').toString('latin1'), Number(offset) + position);
    }
  }
  return ranks;
}

/**
 * Merges adjacent tokens, the pair of lowest rank first and the leftmost among equals, until no pair is
 * a token; returns how many are left. Tokens form a linked list by their first byte.
 */
function mergePart(bytes: string, ranks: ReadonlyMap<string, number>): number {
  const length = bytes.length;
  const next = new Int32Array(length + 1);
  const previous = new Int32Array(length + 1);
  /** Rank of the pair that begins at a token, or -1 where it is no token or the token is gone. */
  const pairRank = new Int32Array(length).fill(-1);
  const pending = new PairHeap();

  const consider = (first: number): void => {
    const second = next[first]!;
    const rank = second < length ? ranks.get(bytes.slice(first, next[second]!)) : undefined;
    pairRank[first] = rank ?? -1;
    if (rank !== undefined) pending.push(rank, first);
  };

  for (let at = 0; at <= length; at++) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  for (let at = 0; at < length; at++) consider(at);

  let tokens = length;
  while (pending.pop()) {
    const first = pending.position;
    // A pair whose tokens have merged otherwise since it was pushed.
    if (pairRank[first] !== pending.rank) continue;
    const second = next[first]!;
    const third = next[second]!;
    next[first] = third;
    previous[third] = first;
    pairRank[second] = -1;
    tokens -= 1;
    consider(first);
    if (first > 0) consider(previous[first]!);
  }
  return tokens;
}

/** A binary min-heap of (rank, position), both packed into one exact number for speed. */
class PairHeap {
  readonly #keys: number[] = [];
  /** Of the pair that the last `pop` took. */
  rank = 0;
  position = 0;

  push(rank: number, position: number): void {
    const keys = this.#keys;
    const key = rank * LONGEST_PART_BYTES + position;
    let hole = keys.length;
    keys.push(key);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[hole] = keys[parent]!;
      hole = parent;
    }
    keys[hole] = key;
  }

  /** Takes the least pair; false where none is left. */
  pop(): boolean {
    const keys = this.#keys;
    const least = keys[0];
    if (least === undefined) return false;
    this.rank = Math.floor(least / LONGEST_PART_BYTES);
    this.position = least % LONGEST_PART_BYTES;
    const last = keys.pop()!;
    const size = keys.length;
    if (size > 0) {
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child += 1;
        if (keys[child]! >= last) break;
        keys[hole] = keys[child]!;
        hole = child;
      }
      keys[hole] = last;
    }
    return true;
  }
}
