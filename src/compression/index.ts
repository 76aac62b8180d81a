export {
  type CompressedMessages,
  type CompressedRequest,
  type CompressionTotal,
  compressMessages,
  compressRequest,
  compressRequestAsync,
} from './compress-request.js';
export {
  COMPRESSION_VERSION,
  type CompressionSpec,
  compressionDocument,
  compressionLabel,
  isLossless,
  modelsOfCompression,
  parseCompression,
  type StepEntry,
} from './compression-spec.js';
export type { CompressionContext, RegisteredStep } from './compression-step.js';
export type {
  AsyncCompressor,
  CompressionResult,
  Compressor,
  CountTokens,
  RequestText,
} from './compressor.js';
export { ContextTruncator, type ContextTruncatorOptions } from './context-truncator.js';
export type { Keep } from './cut-text.js';
export { LLMCompressor, type LLMCompressorOptions } from './llm-compressor.js';
export {
  createCompressor,
  PromptCompressor,
  type PromptCompressorOptions,
} from './prompt-compressor.js';
export { protectedSpans, protectedTexts } from './protected-spans.js';
export type { Span } from './spans.js';
export { compressionSteps } from './steps/index.js';
export { StopwordRemover } from './stopword-remover.js';
export { WhitespaceCompressor } from './whitespace-compressor.js';
