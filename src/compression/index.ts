export { type CompressedRequest, compressRequest } from './compress-request.js';
export type { CompressionResult, Compressor } from './compressor.js';
export { WhitespaceCompressor } from './whitespace-compressor.js';
