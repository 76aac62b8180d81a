import type { z } from 'zod';
import { mapping } from '../../documents/index.js';
import { hashOf } from '../../hash.js';
import { modelId } from '../../models/index.js';
import { UserError } from '../../user-error.js';
import type { CompressionStep } from '../compression-step.js';
import { LLMCompressor } from '../llm-compressor.js';

const settings = mapping('a mapping with model', {
  model: modelId.describe('The model that shortens, provider/name; its calls are billed.'),
});

export const llm: CompressionStep<z.output<typeof settings>> = {
  id: 'llm',
  lossless: false,
  settings,
  // The name of a model may hold more than a label may: the hash keeps two apart.
  label: ({ model }) => `llm-${slugOf(model)}-${hashOf(model).slice(0, 6)}`,
  model: ({ model }) => model,
  create: ({ model }, { countTokens, askFor }) => {
    if (askFor === undefined) {
      throw new UserError(
        `The compression step "llm" asks "${model}", and there is no way to ask a model here: leave the step out`,
      );
    }
    return new LLMCompressor({ model, ask: askFor(model), countTokens });
  },
};

const slugOf = (model: string): string =>
  model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32);
