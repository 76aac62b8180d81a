import { z } from 'zod';
import { type Features, type SignalSpec, signalId } from '../../features/index.js';
import {
  ComplexityClassifier,
  defaultClassifier,
  explainComplexity,
} from './complexity-classifier.js';
import { complexityModelSchema } from './complexity-signals.js';

/** Scores how demanding a request is, by a heuristic or by what a model said of it. */
export interface ComplexityReader {
  /** In [0, 1]. */
  score(features: Features): number;
  /** One clause for a person. */
  explain(features: Features): string;
  readonly signals: readonly string[];
  /** As it stands in a policy's document. */
  readonly document: z.input<typeof readerDocumentSchema>;
}

const amount = z.number().min(0).max(1_000_000);

/** A model to be asked, as an experiment names one. */
const askedModelSchema = z.strictObject({
  model: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}\/[^\s*]{1,200}$/, {
    error: 'expected a model as "provider/name"',
  }),
  base_url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).optional(),
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*_API_KEY$/, {
      error: 'expected the name of an environment variable that ends in _API_KEY',
    })
    .optional(),
  /** US dollars per million tokens; where the catalogue does not know them. */
  price: z
    .strictObject({ input: amount, output: amount, per_request: amount.optional() })
    .optional(),
});

/** What a setting `classifier` may be: a model to ask, or the heuristic as data. */
export const classifierSettingSchema = z.unknown().transform((value, context) => {
  const asked = typeof value === 'object' && value !== null && 'model' in value;
  const parsed = (asked ? askedModelSchema : complexityModelSchema).safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
  return z.NEVER;
});
export type ClassifierSetting = z.output<typeof classifierSettingSchema>;

const askedDocumentSchema = z.strictObject({ signal: z.string().min(1).max(500) });
export const readerDocumentSchema = z.union([complexityModelSchema, askedDocumentSchema]);

/** The model that a setting names, as a signal to be obtained; null for a heuristic. */
export function askedSignal(setting: ClassifierSetting | undefined): SignalSpec | null {
  if (setting === undefined || !('model' in setting)) return null;
  const { model, base_url, api_key_env, price } = setting;
  return {
    kind: 'complexity',
    model,
    baseUrl: base_url?.replace(/\/+$/, '') ?? null,
    apiKeyEnv: api_key_env ?? null,
    price:
      price === undefined
        ? null
        : { output: price.output, input: price.input, per_request: price.per_request },
  };
}

export function readerOfSetting(setting: ClassifierSetting | undefined): ComplexityReader {
  if (setting === undefined) return heuristicReader(defaultClassifier);
  const asked = askedSignal(setting);
  if (asked !== null) return askedReader(signalId(asked));
  return 'weights' in setting
    ? heuristicReader(new ComplexityClassifier(setting))
    : heuristicReader(defaultClassifier);
}

export function readerOfDocument(
  document: z.output<typeof readerDocumentSchema>,
): ComplexityReader {
  return 'signal' in document
    ? askedReader(document.signal)
    : heuristicReader(new ComplexityClassifier(document));
}

function heuristicReader(classifier: ComplexityClassifier): ComplexityReader {
  return {
    score: (features) => classifier.classify(features).score,
    explain: (features) => explainComplexity(classifier.classify(features)),
    signals: [],
    document: classifier.model,
  };
}

/**
 * A request whose reading is missing counts as the most demanding there is: what no one could judge
 * goes where it is most likely answered well. It is charged like any other.
 */
function askedReader(signal: string): ComplexityReader {
  const read = (features: Features): number | undefined => features.signals?.[signal]?.values[0];
  return {
    score: (features) => read(features) ?? 1,
    explain: (features) => {
      const score = read(features);
      return score === undefined
        ? `no reading came of ${signal}, which counts as the highest complexity`
        : `complexity ${score.toFixed(1)} as read by ${signal}`;
    },
    signals: [signal],
    document: { signal },
  };
}
