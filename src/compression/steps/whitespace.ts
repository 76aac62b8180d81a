import { z } from 'zod';
import type { CompressionStep } from '../compression-step.js';
import { WhitespaceCompressor } from '../whitespace-compressor.js';

export const whitespace: CompressionStep<object> = {
  id: 'whitespace',
  lossless: true,
  settings: z.strictObject({}, { error: 'nothing' }),
  label: () => 'whitespace',
  model: () => null,
  create: (_, { countTokens }) => new WhitespaceCompressor(countTokens),
};
