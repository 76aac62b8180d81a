import { z } from 'zod';
import { integer, mapping } from '../../documents/index.js';
import type { CompressionStep } from '../compression-step.js';
import { ContextTruncator, truncationLabel } from '../context-truncator.js';

const settings = mapping('a mapping with max_tokens', {
  max_tokens: integer(1, 10_000_000).describe('Tokens that all texts of a prompt may have.'),
  keep: z
    .enum(['end', 'start', 'middle'], { error: 'end, start or middle' })
    .default('end')
    .describe('What stays of a text that is cut; middle keeps start and end.'),
});

export const truncate: CompressionStep<z.output<typeof settings>> = {
  id: 'truncate',
  lossless: false,
  settings,
  label: ({ max_tokens, keep }) => truncationLabel(max_tokens, keep),
  model: () => null,
  create: ({ max_tokens, keep }, { countTokens }) =>
    new ContextTruncator({ maxTokens: max_tokens, keep, countTokens }),
};
