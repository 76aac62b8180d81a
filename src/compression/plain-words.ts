/** A run of characters without blanks, and what is left of it without the punctuation around it. */
export interface Word {
  readonly from: number;
  readonly to: number;
  readonly coreFrom: number;
  readonly coreTo: number;
}

/** Blanks and dashes end a word, and so does writing that needs no blanks (Chinese, Japanese, emoji). */
const RUN = /[^\s\u2014\u2e80-\uffff]+/g;
const BEFORE = '([{"\'“”„«»‘’‚‹›¿¡*_';
const AFTER = '.,;:!?)]}"\'“”«»‘’‹›*_…';
const LETTERS = /^[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*$/u;

/** The words of a text in order. */
export function* wordsIn(text: string): Generator<Word> {
  for (const { index: from, 0: run } of text.matchAll(RUN)) {
    const to = from + run.length;
    let coreFrom = from;
    let coreTo = to;
    while (coreFrom < to && BEFORE.includes(text[coreFrom]!)) coreFrom++;
    while (coreTo > coreFrom && AFTER.includes(text[coreTo - 1]!)) coreTo--;
    yield { from, to, coreFrom, coreTo };
  }
}

/** Whether it is made of letters alone, with apostrophes and hyphens between them. */
export const isPlain = (core: string): boolean => LETTERS.test(core);
