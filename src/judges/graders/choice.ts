import { z } from 'zod';
import { didYouMean } from '../../did-you-mean.js';
import { defineGrader, missingReference } from '../grader.js';
import { normalise } from '../normalise.js';

const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];
const ANNOUNCED = /\b(?:answer|choice|option|label|category|class)\b(?: is| would be|:| =)?/giu;
/** What may stand between an announcement and its label. */
const LEAD_IN =
  /^(?:[\s:=*_"'`“‘([]|the\b|is\b|option\b|choice\b|label\b|answer\b|\\boxed\{|\\text\{)*/iu;
const OPENING = /[\s*_"'`“‘([{,;:=—–-]/u;
const CLOSING = /[\s*_"'`”’)\]},;:.!?—–-]/u;

const error = 'expected a list of at least two different labels';
const labels = z
  .array(z.string({ error }).trim().min(1, { error }).max(100, { error }), { error })
  .min(2, { error })
  .max(50, { error: 'expected at most 50 labels' })
  .refine((list) => new Set(list.map(fold)).size === list.length, { error })
  .default(LETTERS);

/**
 * Right where the label that the answer chooses is the reference. Labels are letters or words.
 *
 * In this order: an answer that is nothing but a label; the last label announced ("Answer: B", "the
 * answer is (B)", "option B"); the one label set apart in brackets, in bold or at the head of a
 * line ("(B)", "**B**", "B."); the one label that stands anywhere as a word, single letters only as
 * capitals. Where the last two find several labels, the answer has not chosen. An answer without a
 * clear choice is wrong, not unscored: it had the chance to choose.
 */
export const choice = defineGrader({
  name: 'choice',
  version: 1,
  summary: 'the label that the answer chooses is the reference',
  options: { labels },
  referenceProblem(reference, options) {
    const missing = missingReference(reference);
    if (missing !== null || reference === null) return missing;
    const known = options.labels.some((label) => fold(label) === fold(reference));
    const expected = options.labels.join(', ');
    return known
      ? null
      : `its "reference" ${JSON.stringify(reference.slice(0, 60))} is none of the labels ${expected}${didYouMean(reference, options.labels)}`;
  },
  grade(answer, reference, options) {
    const chosen = chosenLabels(
      answer.normalize('NFKC').replace(/[^\S\n]+/gu, ' '),
      options.labels,
    );
    const [only] = chosen;
    if (only === undefined) return { score: 0, rationale: 'chooses no label' };
    if (chosen.length > 1) return { score: 0, rationale: `no clear choice: ${chosen.join(', ')}` };
    return fold(only) === fold(reference)
      ? { score: 1, rationale: `chooses ${only}` }
      : { score: 0, rationale: `chooses ${only} instead of ${reference.trim()}` };
  },
});

function fold(label: string): string {
  return normalise(label, { ignoreCase: true, trimPunctuation: true });
}

function chosenLabels(answer: string, known: readonly string[]): readonly string[] {
  const whole = known.find((label) => fold(label) === fold(answer));
  if (whole !== undefined) return [whole];
  // The longest first, so that "very good" is not read as "good".
  const byLength = [...known].sort((a, b) => b.length - a.length);
  const announced = lastAnnounced(answer, byLength);
  if (announced !== null) return [announced];
  const mentions = mentionsOf(answer, byLength);
  const apart = distinct(mentions.filter((mention) => mention.apart));
  return apart.length > 0 ? apart : distinct(mentions);
}

function lastAnnounced(answer: string, known: readonly string[]): string | null {
  let last: string | null = null;
  for (const match of answer.matchAll(ANNOUNCED)) {
    const after = answer.slice(match.index + match[0].length).slice(0, 200);
    const rest = after.slice(LEAD_IN.exec(after)?.[0].length ?? 0);
    const label =
      known.find((one) => startsWithLabel(rest, one)) ??
      known.find((one) => startsWithLabel(rest.toUpperCase(), one) && !/^.\s/u.test(rest));
    if (label !== undefined) last = label;
  }
  return last;
}

/** Whether the text begins with the label, as a word of its own. */
function startsWithLabel(text: string, label: string): boolean {
  const head = text.slice(0, label.length);
  if (label.length === 1 ? !sameLetter(head, label) : head.toLowerCase() !== label.toLowerCase()) {
    return false;
  }
  const next = text[label.length];
  return next === undefined || CLOSING.test(next);
}

/** A single letter counts as a capital only where it is one: "a" is mostly an article. */
function sameLetter(written: string, label: string): boolean {
  return (
    written === label || (written === written.toUpperCase() && written.toLowerCase() === label)
  );
}

interface Mention {
  readonly label: string;
  readonly apart: boolean;
}

function mentionsOf(answer: string, known: readonly string[]): readonly Mention[] {
  const mentions: Mention[] = [];
  for (let at = 0; at < answer.length; at++) {
    const before = answer[at - 1];
    if (before !== undefined && !OPENING.test(before)) continue;
    const rest = answer.slice(at, at + 101);
    const label = known.find((one) => startsWithLabel(rest, one));
    if (label === undefined || isArticle(label, rest)) continue;
    mentions.push({ label, apart: isApart(before, rest.slice(label.length)) });
    at += label.length - 1;
  }
  return mentions;
}

/** "A dog" and "I think" at the head of a sentence choose nothing; "A is right" does. */
function isArticle(label: string, rest: string): boolean {
  return /^[AI]$/iu.test(label) && /^. ?(?!(?:is|because|since)\b)[\p{Ll}'’]/u.test(rest);
}

function isApart(before: string | undefined, after: string): boolean {
  if (before === '(' || before === '[') return /^[)\]]/u.test(after);
  if (before === '*' || before === '{') return /^\.?[*}]/u.test(after);
  return (before === undefined || before === '\n') && /^(?:[.):]|\s*$|\s*\n)/u.test(after);
}

function distinct(mentions: readonly Mention[]): readonly string[] {
  return [...new Set(mentions.map((mention) => mention.label))];
}
