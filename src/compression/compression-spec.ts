import { z } from 'zod';
import { integer, listOf, mapping, schemaFindings } from '../documents/index.js';
import { UserError } from '../user-error.js';
import type { SetStep } from './compression-step.js';
import { compressionSteps } from './steps/index.js';

/**
 * Raised whenever a step gives another text for the same text and settings, so that what was measured
 * with the old one is not taken for the new one's: part of the keys of compressed answers.
 */
export const COMPRESSION_VERSION = 1;

/** A step as data: one key, its id, and its settings. */
export type StepEntry = Readonly<Record<string, unknown>>;

/** How prompts are compressed, as data; it is a document itself, and read again it is the same. */
export interface CompressionSpec {
  /** In their order; empty for none. */
  readonly steps: readonly StepEntry[];
  /** Prompts of fewer tokens stay as they are. */
  readonly least: number;
  /** What stays besides a prefix that is marked for the provider to keep: nothing, or all system turns. */
  readonly freeze: 'marked' | 'system';
}

const NONE = 'none';
const MOST_STEPS = 8;
const IDS = [...compressionSteps.keys()];
const STEP_EXPECTED = `${IDS.join(', ')}, or a mapping from one of them to its settings`;
const EXPECTED = `${NONE}, ${STEP_EXPECTED}, or a list of such steps`;

const settingsById = Object.fromEntries(
  [...compressionSteps.values()].map(({ id, settings }) => [
    id,
    settings.optional().describe(`The step ${id}, with its settings.`),
  ]),
);
const oneStep = (written: object): boolean =>
  Object.keys(written).filter((key) => IDS.includes(key) || key === 'steps').length === 1;
const ONE = { error: `exactly one step, of ${IDS.join(', ')}` };

const stepName = z.enum(IDS, { error: STEP_EXPECTED });
const stepEntry = z.union(
  [stepName.transform(entryOf), mapping(STEP_EXPECTED, settingsById).refine(oneStep, ONE)],
  { error: STEP_EXPECTED },
);
const stepList = listOf(stepEntry, 'a list of steps').max(MOST_STEPS, {
  error: `a list of at most ${MOST_STEPS} steps`,
});

const allOf = (steps: readonly StepEntry[]): CompressionSpec => ({
  steps,
  least: 0,
  freeze: 'marked',
});

/** A compression as a file may write it; gives it in full. */
export const compressionDocument: z.ZodType<CompressionSpec> = z
  .union(
    [
      z
        .enum([NONE, ...IDS], { error: EXPECTED })
        .transform((id, context) => allOf(id === NONE ? [] : [entryOf(id, context)])),
      stepList.transform(allOf),
      mapping(EXPECTED, {
        ...settingsById,
        steps: z
          .union([stepList, z.array(z.never()).max(0)])
          .describe('Several steps, one after the other.')
          .optional(),
        least: integer(0, 10_000_000)
          .describe('Prompts of fewer tokens stay as they are. Default 0.')
          .default(0),
        freeze: z
          .enum(['marked', 'system'], { error: 'marked or system' })
          .describe(
            'What stays as it is: what is marked for the provider to keep, or system turns too.',
          )
          .default('marked'),
      })
        .refine(oneStep, ONE)
        .transform(({ steps, least, freeze, ...step }): CompressionSpec => {
          return { steps: steps ?? [step], least, freeze };
        }),
    ],
    { error: EXPECTED },
  )
  .meta({ description: 'How prompts are compressed before they are sent.' });

/** A step by its name alone has every default; one without a default for all is to be written in full. */
function entryOf(id: string, context: z.RefinementCtx): StepEntry {
  const parsed = compressionSteps.get(id)?.settings.safeParse({});
  if (parsed?.success) return { [id]: parsed.data };
  context.addIssue({ code: 'custom', message: `a mapping from ${id} to its settings` });
  return z.NEVER;
}

/**
 * Reads a compression as a file writes it: `none`, a step's id, `{ id: settings }`, a list of such, or
 * `{ steps, least, freeze }`.
 * @throws UserError that names what is wrong and where
 */
export function parseCompression(document: unknown): CompressionSpec {
  const parsed = compressionDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  const [finding] = schemaFindings(parsed.error.issues, document);
  const at = ['compress', ...(finding?.path ?? [])].join('.');
  throw new UserError(`"${at}": ${finding?.message ?? `expected ${EXPECTED}`}`);
}

/** The steps of a spec, in order, with their settings read. */
export function stepsOf({ steps }: CompressionSpec): SetStep[] {
  return steps.flatMap((entry) =>
    Object.entries(entry).map(([id, settings]) => {
      const step = compressionSteps.get(id);
      if (step === undefined) {
        throw new UserError(`There is no compression step "${id}", expected ${IDS.join(', ')}`);
      }
      return step.set(settings);
    }),
  );
}

/** Short and the same for the same spec, of `a-z`, `0-9`, `-` and `+`: `whitespace+truncate-500`. */
export function compressionLabel(spec: CompressionSpec): string {
  const steps = stepsOf(spec).map(({ label }) => label);
  if (steps.length === 0) return NONE;
  if (spec.freeze === 'system') steps.push('freeze-system');
  if (spec.least > 0) steps.push(`least-${spec.least}`);
  return steps.join('+');
}

/** Whether the text says exactly the same afterwards. */
export const isLossless = (spec: CompressionSpec): boolean =>
  stepsOf(spec).every(({ lossless }) => lossless);

/** The models that its steps ask, `provider/name`, each once. */
export const modelsOfCompression = (spec: CompressionSpec): readonly string[] => [
  ...new Set(stepsOf(spec).flatMap(({ model }) => (model === null ? [] : [model]))),
];
