import type { z } from 'zod';
import type { AskModel } from '../models/index.js';
import type { AsyncCompressor, Compressor, CountTokens } from './compressor.js';

/** What steps are made with. */
export interface CompressionContext {
  readonly countTokens: CountTokens;
  /**
   * Gives the way to ask a model, `provider/name`, with retries, limits, budget and metering under the
   * purpose `compression` seen to. Only steps that name a model call it.
   */
  readonly askFor?: (model: string) => AskModel;
}

/** A kind of step, with what is set about it in a file. */
export interface CompressionStep<Settings = unknown> {
  readonly id: string;
  /** Whether the text says exactly the same afterwards. */
  readonly lossless: boolean;
  /** Of the settings as written; gives them with the defaults filled in. */
  readonly settings: z.ZodType<Settings>;
  /** Of `a-z`, `0-9` and `-`, the same for the same settings. */
  readonly label: (settings: Settings) => string;
  /** The model that it asks, `provider/name`; null for none. */
  readonly model: (settings: Settings) => string | null;
  readonly create: (
    settings: Settings,
    context: CompressionContext,
  ) => Compressor | AsyncCompressor;
}

/** A kind of step whose settings have been read, so that nobody needs to know their type. */
export interface SetStep {
  readonly id: string;
  readonly lossless: boolean;
  readonly label: string;
  readonly model: string | null;
  readonly create: (context: CompressionContext) => Compressor | AsyncCompressor;
}

/** A kind of step as the registry keeps it. */
export interface RegisteredStep {
  readonly id: string;
  readonly lossless: boolean;
  readonly settings: z.ZodType;
  /** @throws ZodError for settings that the schema does not take */
  readonly set: (settings: unknown) => SetStep;
}

export function registeredStep<Settings>(step: CompressionStep<Settings>): RegisteredStep {
  const { id, lossless, settings: schema } = step;
  return {
    id,
    lossless,
    settings: schema,
    set: (written) => {
      const settings = schema.parse(written);
      return {
        id,
        lossless,
        label: step.label(settings),
        model: step.model(settings),
        create: (context) => step.create(settings, context),
      };
    },
  };
}
