import { wordsIn } from './plain-words.js';

/** Languages whose filler words are known. */
export type Language = 'en' | 'de' | 'fr' | 'es';

/** Frequent words of each that are words of none of the others. */
const MARKERS: ReadonlyMap<string, Language> = new Map(
  Object.entries({
    en: 'the and of is are with for that this which from what how does have has was were it you be or by if can will would should their they',
    de: 'der das und ist sind nicht ein eine einen dem den mit für auf von zu wie wird werden auch sich ich wenn oder aber bei nach sie wir',
    fr: 'les et est sont une dans pour qui par avec sur ce cette pas vous nous je il elle où du quelle quel être au aux plus',
    es: 'el los las y del con para por una qué cómo está son pero como más este esta yo lo al cuál ser hay sus',
  } satisfies Record<Language, string>).flatMap(([language, words]) =>
    words.split(' ').map((word) => [word, language as Language] as const),
  ),
);

/** Words that are read: enough to tell, and a bound on the work. */
const MOST_WORDS = 2000;
const LEAST_MARKERS = 2;

/** The language of most of a text's frequent words; null where too few are there, or no two thirds agree. */
export function languageOf(text: string): Language | null {
  const counts = new Map<Language, number>();
  let words = 0;
  let total = 0;
  for (const { coreFrom, coreTo } of wordsIn(text)) {
    if (words++ === MOST_WORDS) break;
    if (coreTo - coreFrom > 8) continue;
    const language = MARKERS.get(text.slice(coreFrom, coreTo).toLowerCase());
    if (language === undefined) continue;
    counts.set(language, (counts.get(language) ?? 0) + 1);
    total++;
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] >= LEAST_MARKERS && best[1] * 3 >= total * 2
    ? best[0]
    : null;
}

/** Writing systems told apart by what only they use. */
const SCRIPTS = ['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Hebrew', 'Han', 'Hangul', 'Devanagari'];
const SCRIPT_SIGNS = SCRIPTS.map((name) => new RegExp(`\\p{Script=${name}}`, 'gu'));
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The writing system of most letters; null where there are none. */
export function scriptOf(text: string): string | null {
  if (KANA.test(text)) return 'Kana';
  let best: string | null = null;
  let most = 0;
  for (const [at, sign] of SCRIPT_SIGNS.entries()) {
    let count = 0;
    for (const _ of text.matchAll(sign)) count++;
    if (count > most) {
      most = count;
      best = SCRIPTS[at]!;
    }
  }
  return best;
}
