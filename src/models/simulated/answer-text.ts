import type { Rng } from '../../statistics/index.js';
import type { AnswerKeyEntry } from './answer-key.js';
import { labelsOf, parseObject, plainWords } from './wrong-answer.js';

/**
 * How sure a prose or JSON answer sounds. This is the one thing in the text that tells right from
 * wrong, and it tells a little: a wrong answer hedges with 0.5 and sounds certain with 0.15, a right
 * one the other way round (log-odds ± ln(0.5 / 0.15) = ± 1.2, none for the plain tone). The best that
 * a verifier can do with it is an area under the ROC curve of 0.74. Everything else (number of
 * sentences, wording, form) is drawn alike for both. Bare answers have no tone.
 */
export const TONE_CHANCES = {
  right: { certain: 0.5, plain: 0.35, hedged: 0.15 },
  wrong: { certain: 0.15, plain: 0.35, hedged: 0.5 },
} as const;

type Tone = keyof typeof TONE_CHANCES.right;

/** No digits, no lone capitals and no labels: a grader that looks for those finds the answer only. */
const OPENINGS: Readonly<Record<Tone, readonly string[]>> = {
  certain: [
    'This one is clear from what is given.',
    'There is really no doubt about this.',
    'This follows directly from the request.',
    'Everything in the request points one way.',
  ],
  plain: [
    'Here is what comes out of this.',
    'Working through the request step by step.',
    'Going by what the request says.',
    'Taking the request as it is written.',
  ],
  hedged: [
    'Hard to be sure, but this seems likely.',
    'This might be off, though it looks plausible.',
    'As far as can be told from this.',
    'Probably, although the request leaves some doubt.',
  ],
};

const WORKINGS = [
  'The wording matters more here than it seems at first.',
  'The other readings fit less well with what is asked.',
  'Each part was looked at in turn before putting them together.',
  'What is left out of the request does not change the outcome.',
  'Comparing the possibilities leaves one of them standing.',
  'The details given are enough to settle it.',
];

/** Longer contents stand on their own; shorter ones become a sentence. */
const LONGEST_IN_SENTENCE = 80;

/**
 * An answer with the given content, in a form that the entry's grader reads: bare for `exact`, an
 * object (perhaps in a code fence) for `json`, else prose with the content last.
 * @param verbosity most sentences of working
 */
export function answerText(
  content: string,
  isRight: boolean,
  entry: AnswerKeyEntry,
  verbosity: number,
  rng: Rng,
): string {
  if (entry.grader.name === 'exact' || wantsWholeText(entry)) return content;
  const opening = pick(OPENINGS[drawTone(isRight, rng)], rng);
  if (entry.grader.name === 'json') {
    const isFenced = rng.next() < 0.5;
    const written = rewritten(content);
    const object = isFenced ? `\`\`\`json\n${written}\n\`\`\`` : written;
    return rng.next() < 0.7 ? `${opening}\n\n${object}` : object;
  }
  const workings = draw(WORKINGS, rng.below(verbosity + 1), rng);
  const prose = [opening, ...workings].join(' ');
  if (givesAway(prose, entry)) return content;
  if (content.length > LONGEST_IN_SENTENCE || content.includes('\n')) {
    return `${prose}\n\n${content}`;
  }
  const stop = /[.!?]$/.test(content) ? '' : '.';
  return `${prose} ${rng.next() < 0.5 ? 'The' : 'So the'} answer is ${content}${stop}`;
}

/** JSON as one would write it anew, so that spacing does not tell a reference from what was made of it. */
function rewritten(json: string): string {
  const object = parseObject(json);
  return object === null ? json : JSON.stringify(object);
}

/** A pattern bound to the start or the end of the text leaves no room for prose. */
function wantsWholeText({ grader }: AnswerKeyEntry): boolean {
  const { pattern } = grader.options;
  return typeof pattern === 'string' && (pattern.startsWith('^') || pattern.endsWith('$'));
}

/** Whether the prose around the answer would itself be taken for the reference or for a label. */
function givesAway(prose: string, entry: AnswerKeyEntry): boolean {
  if (entry.grader.name === 'number') return false;
  const words = ` ${plainWords(prose)} `;
  const needles = [entry.reference, ...labelsOf(entry)].filter((needle) => needle.length > 1);
  return needles.some((needle) => words.includes(` ${plainWords(needle)} `));
}

function drawTone(isRight: boolean, rng: Rng): Tone {
  const chances = TONE_CHANCES[isRight ? 'right' : 'wrong'];
  const drawn = rng.next();
  if (drawn < chances.certain) return 'certain';
  return drawn < chances.certain + chances.plain ? 'plain' : 'hedged';
}

function pick(from: readonly string[], rng: Rng): string {
  return from[rng.below(from.length)] ?? '';
}

/** `count` different ones, in the order drawn. */
function draw(from: readonly string[], count: number, rng: Rng): string[] {
  const rest = [...from];
  return Array.from({ length: count }, () => rest.splice(rng.below(rest.length), 1)).flat();
}
