/** How much of each text, in characters from its start and its end, is shared with many others. */
export interface SharedEnds {
  readonly prefix: Int32Array;
  readonly suffix: Int32Array;
}

/** Fewer prompts than this that share a beginning are near-duplicates, not a preamble. */
const FEWEST_SHARING = 10;

/**
 * For each text, the longest beginning and the longest end that more than `share` of all texts have
 * (few-shot preambles, instructions), cut back to whole words so that no number or name is torn.
 * Sorted texts that share a beginning stand side by side, so each is found in one pass over windows.
 */
export function findSharedEnds(texts: readonly string[], share = 0.2): SharedEnds {
  const sharing = Math.min(
    texts.length,
    Math.max(Math.floor(share * texts.length) + 1, FEWEST_SHARING),
  );
  const suffixes = sharedBeginnings(texts.map(reverse), sharing);
  return {
    prefix: sharedBeginnings(texts, sharing).map((length, i) => wordsFromStart(texts[i]!, length)),
    suffix: suffixes.map((length, i) => wordsFromEnd(texts[i]!, length)),
  };
}

/** The text without its shared ends; empty where they cover it. */
export function withoutEnds(text: string, prefix: number, suffix: number): string {
  return prefix + suffix >= text.length ? '' : text.slice(prefix, text.length - suffix).trim();
}

/** Length of the longest beginning of each text that at least `sharing` texts have. */
function sharedBeginnings(texts: readonly string[], sharing: number): Int32Array {
  const shared = new Int32Array(texts.length);
  if (sharing < 2 || texts.length < 3) return shared;
  const order = texts.map((_, i) => i).sort((a, b) => compare(texts[a]!, texts[b]!) || a - b);
  const windows = order.length - sharing + 1;
  const common = new Int32Array(windows);
  for (let start = 0; start < windows; start++) {
    common[start] = commonBeginning(texts[order[start]!]!, texts[order[start + sharing - 1]!]!);
  }
  // Largest of the windows that hold each position: a queue of window starts with falling values.
  const queue: number[] = [];
  let head = 0;
  for (let position = 0; position < order.length; position++) {
    if (position < windows) {
      while (queue.length > head && common[queue.at(-1)!]! <= common[position]!) queue.pop();
      queue.push(position);
    }
    while (queue[head]! < position - sharing + 1) head++;
    shared[order[position]!] = common[queue[head]!]!;
  }
  return shared;
}

function commonBeginning(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function wordsFromStart(text: string, length: number): number {
  let cut = length;
  if (cut === text.length) return cut;
  while (cut > 0 && text[cut - 1] !== ' ') cut--;
  return cut;
}

function wordsFromEnd(text: string, length: number): number {
  let cut = length;
  if (cut === text.length) return cut;
  while (cut > 0 && text[text.length - cut] !== ' ') cut--;
  return cut;
}

/** By UTF-16 code units, as text is compared; a string grown letter by letter would be slow to read. */
function reverse(text: string): string {
  return Buffer.from(text, 'utf16le').reverse().swap16().toString('utf16le');
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
