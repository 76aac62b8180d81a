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
}

/** Says the same in fewer tokens. The same text gives the same result, so that repeated prefixes stay alike. */
export interface Compressor {
  readonly method: string;
  compress(text: string): CompressionResult;
}
