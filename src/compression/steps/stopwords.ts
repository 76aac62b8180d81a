import type { CompressionStep } from '../compression-step.js';
import { StopwordRemover } from '../stopword-remover.js';
import { noSettings } from './no-settings.js';

export const stopwords: CompressionStep<object> = {
  id: 'stopwords',
  lossless: false,
  settings: noSettings,
  label: () => 'stopwords',
  model: () => null,
  create: (_, { countTokens }) => new StopwordRemover(countTokens),
};
