import { ASKING_PHRASES } from './asking-phrases.js';
import { COURTESY_PHRASES } from './courtesy-phrases.js';
import { HOW_PHRASES } from './how-phrases.js';
import { SEVERAL_WORDS } from './several-words.js';

export interface Phrase {
  readonly words: readonly string[];
  readonly meaning: readonly string[];
  readonly opensOnly: boolean;
}

/**
 * Turns of phrase and what they come to, word by word; the longest that fits is taken. A `?` in front
 * names what is asked for (see `Questions`), and stays out of the words; `^` in front of a phrase has
 * it count at the beginning of a sentence only.
 */
export const PHRASES: ReadonlyMap<string, readonly Phrase[]> = byFirstWord({
  ...Object.fromEntries(HOW_PHRASES.map((phrase) => [phrase, '?how'])),
  ...ASKING_PHRASES,
  ...COURTESY_PHRASES,
  ...SEVERAL_WORDS,
});

function byFirstWord(
  phrases: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly Phrase[]> {
  const found = new Map<string, Phrase[]>();
  for (const [key, text] of Object.entries(phrases)) {
    const words = key.replace('^', '').split(' ');
    const phrase = {
      words,
      meaning: text === '' ? [] : text.split(' '),
      opensOnly: key.startsWith('^'),
    };
    found.set(words[0]!, [...(found.get(words[0]!) ?? []), phrase]);
  }
  for (const entries of found.values()) entries.sort((a, b) => b.words.length - a.words.length);
  return found;
}
