import {
  type CompressionContext,
  compressMessages,
  createCompressor,
} from '../compression/index.js';
import { approximateTokens } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import type { Experiment, PlannedVariant } from '../experiments/index.js';

/** One text for all models, so it is counted by none of their tokenizers. */
const CONTEXT: CompressionContext = { countTokens: approximateTokens };

/** What each variant of the experiment sends in place of the prompts. */
export async function compressPrompts(
  { variants = [] }: Experiment,
  prompts: readonly Prompt[],
): Promise<readonly PlannedVariant[]> {
  const planned: PlannedVariant[] = [];
  for (const { label, compression } of variants) {
    const compressor = createCompressor(compression, CONTEXT);
    const messages: PlannedVariant['messages'][number][] = [];
    for (const prompt of prompts) {
      messages.push((await compressMessages(prompt.messages, compressor)).messages);
    }
    planned.push({ label, messages });
  }
  return planned;
}
