import {
  type AsyncCompressor,
  type CompressionResult,
  type Compressor,
  type RequestText,
  resultOf,
} from './compressor.js';

/** One result for each text; a fixed one's says that nothing was done. */
export function compressEach(
  texts: readonly RequestText[],
  compressor: Compressor,
): readonly CompressionResult[] {
  if (compressor.compressTexts !== undefined) return compressor.compressTexts(texts);
  return texts.map(({ text, fixed }) =>
    fixed ? untouched(text, compressor.method) : compressor.compress(text),
  );
}

/** As `compressEach`, for compressors that wait, too; the texts are sent off together. */
export async function compressEachAsync(
  texts: readonly RequestText[],
  compressor: Compressor | AsyncCompressor,
  signal: AbortSignal,
): Promise<readonly CompressionResult[]> {
  if (!('compressAsync' in compressor)) return compressEach(texts, compressor);
  if (compressor.compressTextsAsync !== undefined) {
    return compressor.compressTextsAsync(texts, signal);
  }
  return Promise.all(
    texts.map(({ text, fixed }) =>
      fixed ? untouched(text, compressor.method) : compressor.compressAsync(text, signal),
    ),
  );
}

/** @param tokens of the text; 0 for one that is fixed: its tokens are nobody's concern */
export const untouched = (text: string, method: string, tokens = 0): CompressionResult =>
  resultOf(text, text, tokens, tokens, method);
