import type { Rng } from '../../statistics/index.js';
import { isRecord } from '../json-record.js';
import type { AnswerKeyEntry } from './answer-key.js';

/**
 * A plausible wrong answer: one of the entry's distractors that a grader would indeed refuse, or
 * else one made from the reference by the kind of grader (a number off by a slip, another label, a
 * JSON object with one field altered).
 */
export function wrongAnswer(entry: AnswerKeyEntry, rng: Rng): string {
  const usable = entry.distractors.filter((distractor) => isWrong(distractor, entry));
  const chosen = usable[rng.below(usable.length)];
  if (chosen !== undefined) return chosen;
  switch (entry.grader.name) {
    case 'number':
      return wrongNumber(entry, rng);
    case 'choice':
      return otherLabel(entry, rng);
    case 'json':
      return alteredJson(entry, rng);
    default:
      return 'none of those mentioned';
  }
}

/** The labels that a choice is made from; empty for other graders and where the dataset lists none. */
export function labelsOf(entry: AnswerKeyEntry): readonly string[] {
  return entry.grader.name === 'choice' ? textsOf(entry, 'labels') : [];
}

/** Lower case, letters and digits only, single blanks: how texts are compared leniently. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** A number with or without thousands separators and decimals. */
const NUMBER = /-?\d+(?:,\d{3})*(?:\.\d+)?/g;

/** The last number in a text; null if there is none. */
export function lastNumber(text: string): number | null {
  const found = text.match(NUMBER)?.at(-1);
  return found === undefined ? null : Number(found.replaceAll(',', ''));
}

/** The text with its last number replaced, written as that one was. */
function withLastNumber(text: string, value: number): string {
  const found = [...text.matchAll(NUMBER)].at(-1);
  if (found === undefined) return String(value);
  const plain = value.toFixed(found[0].split('.')[1]?.length ?? 0);
  const written = found[0].includes(',') ? plain.replace(/\B(?=(\d{3})+(?!\d))/, ',') : plain;
  return text.slice(0, found.index) + written + text.slice(found.index + found[0].length);
}

function isWrong(distractor: string, entry: AnswerKeyEntry): boolean {
  if (entry.grader.name === 'number') {
    const value = lastNumber(distractor);
    const reference = lastNumber(entry.reference);
    if (value === null || reference === null) return value !== reference;
    return Math.abs(value - reference) > marginOf(entry, reference);
  }
  const plain = plainWords(distractor);
  const accepted = [entry.reference, ...textsOf(entry, 'any')].map(plainWords);
  if (entry.grader.name !== 'includes') return !accepted.includes(plain);
  return accepted.every((text) => text === '' || !` ${plain} `.includes(` ${text} `));
}

function textsOf({ grader }: AnswerKeyEntry, option: string): readonly string[] {
  const value = grader.options[option];
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** Graders forgive what rounding leaves behind, a share of the value. */
const ROUNDING = 1e-8;
/** A little beyond the tolerance, so that rounding does not bring a wrong number back inside. */
const BEYOND = 1.01;

/** The difference from which on the grader surely refuses a number. */
function marginOf({ grader }: AnswerKeyEntry, reference: number): number {
  const { tolerance, relative_tolerance: relative } = grader.options;
  return (
    BEYOND *
    Math.max(
      typeof tolerance === 'number' ? tolerance : 0,
      Math.abs(reference) * Math.max(ROUNDING, typeof relative === 'number' ? relative : 0),
    )
  );
}

function wrongNumber(entry: AnswerKeyEntry, rng: Rng): string {
  const reference = lastNumber(entry.reference);
  if (reference === null) return String(2 + rng.below(98));
  const slips = [
    (value: number) => value + 1,
    (value: number) => value - 1,
    (value: number) => value + 10,
    (value: number) => value - 10,
    (value: number) => value * 2,
    (value: number) => Math.round(value / 2),
    (value: number) => value + Math.max(1, Math.round(Math.abs(value) * 0.1)),
  ];
  const slipped = slips[rng.below(slips.length)]?.(reference) ?? reference;
  const margin = marginOf(entry, reference);
  const plausible = reference < 0 || slipped >= 0;
  const wrong =
    plausible && Math.abs(slipped - reference) > margin
      ? slipped
      : reference + Math.floor(margin) + 1 + rng.below(3);
  return withLastNumber(entry.reference, wrong);
}

function otherLabel(entry: AnswerKeyEntry, rng: Rng): string {
  const own = plainWords(entry.reference);
  const others = labelsOf(entry).filter((label) => plainWords(label) !== own);
  const other = others[rng.below(others.length)];
  if (other !== undefined) return other;
  const letters = ['A', 'B', 'C', 'D'].filter((letter) => letter.toLowerCase() !== own);
  return letters[rng.below(letters.length)] ?? 'none';
}

function alteredJson(entry: AnswerKeyEntry, rng: Rng): string {
  const object = parseObject(entry.reference);
  const graded = textsOf(entry, 'fields');
  const fields = graded.length > 0 ? graded : Object.keys(object ?? {});
  const field = fields[rng.below(fields.length)];
  if (object === null || field === undefined) return '{"value": null}';
  return JSON.stringify({ ...object, [field]: altered(object[field], entry) });
}

function altered(value: unknown, entry: AnswerKeyEntry): unknown {
  if (typeof value === 'number') return value + 1 + Math.floor(marginOf(entry, value));
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.length > 0 ? value.slice(0, -1) : ['other'];
  if (typeof value === 'string') return alteredText(value);
  return value === null ? 'unknown' : null;
}

/** A digit misread, or a word lost, or, where there is but one word, its last letter doubled. */
function alteredText(text: string): string {
  const digit = text.match(/\d(?=\D*$)/);
  if (digit?.index !== undefined) {
    const misread = (Number(digit[0]) + 1) % 10;
    return `${text.slice(0, digit.index)}${misread}${text.slice(digit.index + 1)}`;
  }
  const words = text.split(' ');
  if (words.length > 1) return words.slice(0, -1).join(' ');
  return text === '' ? 'unknown' : `${text}${text.at(-1)}`;
}

/** The JSON object of a text; null if it is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
