import { z } from 'zod';
import { defineGrader, missingReference } from '../grader.js';
import { numbersIn, type WrittenNumber } from '../numbers-in.js';

/** What announces a final answer. The last announcement that a number follows counts. */
const ANNOUNCED = /####|\\boxed\{|\banswer(?: is|:|\*\*:|:\*\*| =)/giu;
/** Covers what adding and dividing doubles leaves behind. */
const ROUNDING = 1e-9;

const tolerance = (what: string) =>
  z
    .number({ error: `expected ${what}, a number from 0` })
    .min(0, { error: `expected ${what}, a number from 0` })
    .default(0);

/**
 * Right where the answer's number is the reference's, within `tolerance` (absolute) or
 * `relative_tolerance` (a share of the reference), whichever is wider.
 *
 * The answer's number is the first one after the last announcement (`####`, `\boxed{`, "answer is",
 * "answer:"); where nothing is announced, the last line with a number decides: the number after its
 * last "=", else its last number. Written forms: 1,234.5 · $3 · -2 · 1.5e3 · 3 × 10^4 · 3/4 · 1 3/4 ·
 * 2 million · 25%. Where only one of the two carries a percent sign, 25% is right for 25 and for 0.25.
 */
export const number = defineGrader({
  name: 'number',
  version: 1,
  summary: "the answer's final number equals the reference within a tolerance",
  options: {
    tolerance: tolerance('the difference allowed'),
    relative_tolerance: tolerance('the share of the reference allowed'),
  },
  referenceProblem(reference) {
    const missing = missingReference(reference);
    if (missing !== null || reference === null) return missing;
    return numbersIn(reference).length === 1 ? null : `its "reference" is not one number`;
  },
  grade(answer, reference, options) {
    const wanted = numbersIn(reference)[0];
    const given = finalNumber(answer);
    if (given === null) return { score: 0, rationale: 'no number in the answer' };
    if (wanted === undefined) return null;
    const right = readings(given, wanted).some((value) => {
      const allowed = Math.max(
        options.tolerance,
        Math.abs(wanted.value) * Math.max(options.relative_tolerance, ROUNDING),
      );
      return Math.abs(value - wanted.value) <= allowed * (1 + ROUNDING);
    });
    return right
      ? { score: 1, rationale: `${given.value} is right` }
      : { score: 0, rationale: `${given.value} instead of ${wanted.value}` };
  },
});

/** The values, on the reference's terms, that the given number may stand for. */
function readings(given: WrittenNumber, wanted: WrittenNumber): readonly number[] {
  if (given.percent === wanted.percent) return [given.value];
  return given.percent ? [given.value, given.value / 100] : [given.value, given.value * 100];
}

function finalNumber(answer: string): WrittenNumber | null {
  const numbers = numbersIn(answer);
  const last = numbers.at(-1);
  if (last === undefined) return null;
  const announcements = [...answer.matchAll(ANNOUNCED)].map(
    (match) => match.index + match[0].length,
  );
  const announced = announcements.findLast((place) => place <= last.start);
  if (announced !== undefined) return numbers.find((one) => one.start >= announced) ?? last;
  const lineStart = answer.lastIndexOf('\n', last.start) + 1;
  const equals = answer.lastIndexOf('=', last.start);
  if (equals < lineStart) return last;
  return numbers.find((one) => one.start > equals) ?? last;
}
