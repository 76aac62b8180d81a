import type { UsageRecord } from '../costs/index.js';
import type { ChatMessage } from '../wire/index.js';

/** What compressing one text gave. Token counts are by the compressor's own counter, the same for both. */
export interface CompressionResult {
  /** The text to send. */
  readonly text: string;
  /** Tokens of the text as it came. */
  readonly originalTokens: number;
  /** Tokens of the text to send. */
  readonly compressedTokens: number;
  /** The difference, at least 0. */
  readonly tokensSaved: number;
  /** Compressed over original, in [0, 1]; 1 for a text without tokens. */
  readonly ratio: number;
  /** Whether a single character is another. */
  readonly changed: boolean;
  /** Name of the compressor. */
  readonly method: string;
  /** Why the text stayed as it was although it was to be shortened; absent where nothing went wrong. */
  readonly reason?: string;
  /** What asking a model for it was billed; absent where none was asked. */
  readonly usage?: readonly UsageRecord[];
}

/** A text of a request, in its order. */
export interface RequestText {
  readonly text: string;
  readonly role: ChatMessage['role'];
  /** It must go out as it came: it counts, and is never changed. */
  readonly fixed: boolean;
}

/** Says the same in fewer tokens. The same text gives the same result, so that repeated prefixes stay alike. */
export interface Compressor {
  readonly method: string;
  compress(text: string): CompressionResult;
  /**
   * The texts of one request seen together, one result each. Absent where each is compressed alone.
   */
  compressTexts?(texts: readonly RequestText[]): readonly CompressionResult[];
}

/** A compressor that has to wait: it asks a model, or one of its steps does. */
export interface AsyncCompressor {
  readonly method: string;
  compressAsync(text: string, signal: AbortSignal): Promise<CompressionResult>;
  /** As `compressTexts`. */
  compressTextsAsync?(
    texts: readonly RequestText[],
    signal: AbortSignal,
  ): Promise<readonly CompressionResult[]>;
}

export type CountTokens = (text: string) => number;

/** A result from the two texts. One that would be no shorter in tokens is the original. */
export function compressionResult(
  original: string,
  compressed: string,
  method: string,
  countTokens: CountTokens,
): CompressionResult {
  const tokens = countTokens(original);
  const fewer = compressed === original ? tokens : countTokens(compressed);
  return fewer > tokens
    ? resultOf(original, original, tokens, tokens, method)
    : resultOf(original, compressed, tokens, fewer, method);
}

/** A result from texts that have been counted. */
export function resultOf(
  original: string,
  text: string,
  originalTokens: number,
  compressedTokens: number,
  method: string,
): CompressionResult {
  return {
    text,
    originalTokens,
    compressedTokens,
    tokensSaved: Math.max(0, originalTokens - compressedTokens),
    ratio: originalTokens === 0 ? 1 : compressedTokens / originalTokens,
    changed: text !== original,
    method,
  };
}
