import { z } from 'zod';
import type { CompressionStep } from '../compression-step.js';
import { StopwordRemover } from '../stopword-remover.js';

export const stopwords: CompressionStep<object> = {
  id: 'stopwords',
  lossless: false,
  settings: z.strictObject({}, { error: 'nothing' }),
  label: () => 'stopwords',
  model: () => null,
  create: (_, { countTokens }) => new StopwordRemover(countTokens),
};
