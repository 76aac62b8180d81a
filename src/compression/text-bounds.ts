/** Longer runs without blanks are cut where they are this long. */
const LONGEST_CHUNK = 16;
const STOPS = '.!?…';
/** They end a sentence without a blank after them. */
const WIDE_STOPS = '。！？';
const CLOSERS = '"\'”’»)]';

const isSpace = (code: number): boolean =>
  code <= 0x20 || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200a);

/** Where lines and sentences of `text` begin, and where the last ends: 0, …, length. */
export function sentenceBounds(text: string): number[] {
  const bounds = [0];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\n' || WIDE_STOPS.includes(character)) push(bounds, at + 1);
    else if (STOPS.includes(character)) {
      let end = at + 1;
      while (end < text.length && CLOSERS.includes(text[end]!)) end++;
      if (end < text.length && isSpace(text.charCodeAt(end)) && text[end] !== '\n') {
        push(bounds, end);
      }
      at = end - 1;
    }
  }
  push(bounds, text.length);
  return bounds;
}

/** Where words of a stretch begin, each with the blanks before it; long runs are cut between characters. */
export function wordBounds(text: string, from: number, to: number): number[] {
  const bounds = [from];
  let inWord = false;
  for (let at = from; at < to; at++) {
    const space = isSpace(text.charCodeAt(at));
    const long = at - bounds.at(-1)! >= LONGEST_CHUNK && !isInsidePair(text, at);
    if (long || (space && inWord)) push(bounds, at);
    inWord = !space;
  }
  push(bounds, to);
  return bounds;
}

function push(bounds: number[], at: number): void {
  if (at > bounds.at(-1)!) bounds.push(at);
}

/** Whether a character of two UTF-16 units would be split. */
function isInsidePair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
