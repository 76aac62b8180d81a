import { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';

/** What a grader says of an answer. */
export interface Grade {
  /** In [0, 1]. */
  readonly score: number;
  /** One clause for a person. */
  readonly rationale: string;
}

/** A grader's options as they stand in the dataset. */
export type GraderOptions = Readonly<Record<string, unknown>>;

/** Scores an answer without asking a model: same text, same score. */
export interface Grader {
  readonly name: string;
  /** Raised whenever the same answer could be graded differently. */
  readonly version: number;
  /** One line: what it does. */
  readonly summary: string;
  /** Why the options cannot be used, or null. */
  optionsProblem(options: GraderOptions): string | null;
  /** Why it cannot grade by this reference under these (valid) options, or null. */
  referenceProblem(reference: string | null, options: GraderOptions): string | null;
  /**
   * Grades an answer that is not empty, under options and a reference without problem.
   * @returns null where the answer is longer than the grader takes
   */
  grade(answer: string, reference: string | null, options: GraderOptions): Grade | null;
}

/** A grader in terms of its own options. */
interface GraderDefinition<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  /** Every option with its default; a schema's error message says what is expected. */
  readonly options: Shape;
  referenceProblem(
    reference: string | null,
    options: z.output<z.ZodObject<Shape, z.core.$strict>>,
  ): string | null;
  grade(
    answer: string,
    reference: string,
    options: z.output<z.ZodObject<Shape, z.core.$strict>>,
  ): Grade | null;
}

/** Makes a grader of its options and of functions that take them parsed. */
export function defineGrader<Shape extends z.ZodRawShape>(
  definition: GraderDefinition<Shape>,
): Grader {
  const schema = z.strictObject(definition.options);
  const { name, version, summary } = definition;
  return {
    name,
    version,
    summary,
    optionsProblem(options) {
      const parsed = schema.safeParse(options);
      if (parsed.success) return null;
      return parsed.error.issues
        .map((issue) => issueText(issue, Object.keys(definition.options)))
        .join('; ');
    },
    referenceProblem: (reference, options) =>
      definition.referenceProblem(reference, schema.parse(options)),
    grade: (answer, reference, options) =>
      definition.grade(answer, reference ?? '', schema.parse(options)),
  };
}

function issueText(issue: z.core.$ZodIssue, known: readonly string[]): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => {
        const expected = known.length === 0 ? 'no options' : known.join(', ');
        return `unknown option "${key}", expected ${expected}${didYouMean(key, known)}`;
      })
      .join('; ');
  }
  return `option "${issue.path.join('.')}": ${issue.message}`;
}

/** For graders that compare with a reference: what is wrong where there is none. */
export function missingReference(reference: string | null): string | null {
  if (reference === null) return 'it has no "reference" to grade by';
  return reference.trim() === '' ? 'its "reference" is empty' : null;
}

/** An option that is on or off. */
export const flag = (fallback: boolean): z.ZodDefault<z.ZodBoolean> =>
  z.boolean({ error: 'expected true or false' }).default(fallback);

/** An option that is a list of texts, none of them empty. */
export const texts = (): z.ZodDefault<z.ZodArray<z.ZodString>> => {
  const error = 'expected a list of texts that are not empty';
  return z.array(z.string({ error }).min(1, { error }), { error }).default([]);
};
