import { z } from 'zod';
import { defineGrader, flag, missingReference, texts } from '../grader.js';
import { isJsonObject, type JsonObject, jsonObjectsIn, parsedObject } from '../json-objects.js';
import { normalise } from '../normalise.js';

const TOLERANCE = 'expected the difference allowed between numbers, a number from 0';

interface Comparison {
  readonly tolerance: number;
  readonly ignore_case: boolean;
  readonly ignore_order: boolean;
}

/**
 * Scores the share of the reference object's fields (or of the option `fields`) that the answer's
 * object has right. Fields that the reference lacks are passed over. The answer's object is the first
 * complete one in it, fenced or not. Types must agree ("3" is not 3); texts are compared after
 * normalisation, numbers within `tolerance`, lists in order unless `ignore_order`.
 */
export const json = defineGrader({
  name: 'json',
  version: 1,
  summary: "the share of the reference object's fields that the answer's JSON object has right",
  options: {
    fields: texts(),
    tolerance: z.number({ error: TOLERANCE }).min(0, { error: TOLERANCE }).default(0),
    ignore_case: flag(true),
    ignore_order: flag(false),
  },
  referenceProblem(reference, options) {
    const missing = missingReference(reference);
    if (missing !== null || reference === null) return missing;
    const wanted = parsedObject(reference);
    if (wanted === null) return 'its "reference" is not a JSON object';
    if (Object.keys(wanted).length === 0) return 'its "reference" is an object without fields';
    const absent = options.fields.filter((field) => !Object.hasOwn(wanted, field));
    return absent.length === 0 ? null : `its "reference" lacks the field ${quoted(absent)}`;
  },
  grade(answer, reference, options) {
    const wanted = parsedObject(reference);
    if (wanted === null) return null;
    const given = jsonObjectsIn(answer)[0];
    if (given === undefined) return { score: 0, rationale: 'no JSON object in the answer' };
    const fields = options.fields.length > 0 ? options.fields : Object.keys(wanted);
    const wrong = fields.filter(
      (field) => !Object.hasOwn(given, field) || !same(given[field], wanted[field], options),
    );
    const rationale = wrong.length === 0 ? 'every field is right' : `wrong: ${quoted(wrong)}`;
    return { score: (fields.length - wrong.length) / fields.length, rationale };
  },
});

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

function same(given: unknown, wanted: unknown, how: Comparison): boolean {
  if (typeof given === 'string' && typeof wanted === 'string') {
    const plain = { ignoreCase: how.ignore_case, trimPunctuation: false };
    return normalise(given, plain) === normalise(wanted, plain);
  }
  if (typeof given === 'number' && typeof wanted === 'number') {
    return Math.abs(given - wanted) <= how.tolerance + Math.abs(wanted) * 1e-9;
  }
  if (Array.isArray(given) && Array.isArray(wanted)) return sameList(given, wanted, how);
  if (isJsonObject(given) && isJsonObject(wanted)) return sameObject(given, wanted, how);
  return given === wanted;
}

function sameList(given: readonly unknown[], wanted: readonly unknown[], how: Comparison): boolean {
  if (given.length !== wanted.length) return false;
  if (!how.ignore_order) return given.every((item, index) => same(item, wanted[index], how));
  const left = [...given];
  return wanted.every((item) => {
    const at = left.findIndex((one) => same(one, item, how));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

function sameObject(given: JsonObject, wanted: JsonObject, how: Comparison): boolean {
  const names = Object.keys(wanted);
  return (
    names.length === Object.keys(given).length &&
    names.every((name) => Object.hasOwn(given, name) && same(given[name], wanted[name], how))
  );
}
