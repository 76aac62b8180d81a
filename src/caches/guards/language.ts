import type { Reading } from './reading.js';
import { wordSet } from './words/word-set.js';

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Thai',
].map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const);

/** Small words by language, those that two of them share left out. */
const SMALL_WORDS: readonly (readonly [string, ReadonlySet<string>])[] = [
  [
    'en',
    wordSet(
      'the is are was were do does did how what which who why when where i my you your it this that of to for with and or not can will would should have has from if there than into about',
    ),
  ],
  [
    'fr',
    wordSet(
      'le les des du une est sont je tu il elle nous vous mon ma mes dans pour avec sur et ou où que qui quoi quel quelle comment pourquoi quand ne pas au aux ce cette',
    ),
  ],
  [
    'de',
    wordSet(
      'der das und ist sind ich du er sie wir ihr mein meine dein wie warum wann wo wer welche welcher nicht kein keine ein eine einen mit für auf zu von im dem den',
    ),
  ],
  [
    'es',
    wordSet(
      'el los las una es son yo mi mis su cómo como qué cuál cuándo dónde quién por para con del al y que está hay puedo',
    ),
  ],
  [
    'pt',
    wordSet(
      'os uma é são eu meu minha como qual quando onde quem por para com não do da dos das em no na posso você',
    ),
  ],
  [
    'it',
    wordSet(
      'il gli della delle di è sono io mio mia come quale quando dove chi perché per con non che posso',
    ),
  ],
  [
    'nl',
    wordSet(
      'het een zijn ik mijn jij hoe wat welke wanneer waar wie waarom niet geen met voor van',
    ),
  ],
];

/**
 * The two have to be in one language, as far as scripts and small words tell. Words are compared by
 * meaning in English only: other texts have to be the same word by word.
 */
export function languagesDiffer(a: Reading, b: Reading): boolean {
  const language = languageOf(a);
  if (language !== languageOf(b)) return true;
  if (language === 'Latin:en') return false;
  return a.words.length !== b.words.length || a.words.some((word, at) => word !== b.words[at]);
}

/** Script, and for Latin letters the language of most small words; English where there are none. */
function languageOf({ text, words }: Reading): string {
  const scripts = SCRIPTS.flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []));
  if (scripts.length !== 1 || scripts[0] !== 'Latin') return scripts.join('+') || 'none';
  let [best, most] = ['en', 0];
  for (const [name, small] of SMALL_WORDS) {
    const count = words.reduce((sum, word) => sum + (small.has(word) ? 1 : 0), 0);
    if (count > most) [best, most] = [name, count];
  }
  return `Latin:${best}`;
}
