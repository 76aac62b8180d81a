import type { CompressionStep } from '../compression-step.js';
import { WhitespaceCompressor } from '../whitespace-compressor.js';
import { noSettings } from './no-settings.js';

export const whitespace: CompressionStep<object> = {
  id: 'whitespace',
  lossless: true,
  settings: noSettings,
  label: () => 'whitespace',
  model: () => null,
  create: (_, { countTokens }) => new WhitespaceCompressor(countTokens),
};
