import { compressEachAsync, untouched } from './compress-texts.js';
import { type CompressionSpec, compressionLabel, stepsOf } from './compression-spec.js';
import type { CompressionContext } from './compression-step.js';
import {
  type AsyncCompressor,
  type CompressionResult,
  type Compressor,
  type CountTokens,
  type RequestText,
  resultOf,
} from './compressor.js';

export interface PromptCompressorOptions {
  /** Name of the whole. */
  readonly method: string;
  /** In their order. */
  readonly steps: readonly (Compressor | AsyncCompressor)[];
  readonly countTokens: CountTokens;
  /** Requests whose texts have fewer tokens stay as they are. */
  readonly least?: number;
  /** Whether system turns stay as they are. */
  readonly freezeSystem?: boolean;
}

/**
 * One compressor after the other, over the texts of a request or over one text. What a request marks
 * for the provider to keep is never touched (`compressRequest`), nor are system turns where they are
 * frozen, so that the provider's own prompt cache goes on finding its prefix.
 */
export class PromptCompressor implements AsyncCompressor {
  readonly method: string;
  readonly #options: PromptCompressorOptions;

  constructor(options: PromptCompressorOptions) {
    this.method = options.method;
    this.#options = options;
  }

  async compressAsync(text: string, signal: AbortSignal): Promise<CompressionResult> {
    const [result] = await this.compressTextsAsync([{ text, role: 'user', fixed: false }], signal);
    return result!;
  }

  async compressTextsAsync(
    given: readonly RequestText[],
    signal: AbortSignal,
  ): Promise<readonly CompressionResult[]> {
    const { steps, countTokens, least = 0, freezeSystem = false } = this.#options;
    const originals = given.map((one) =>
      freezeSystem && one.role === 'system' ? { ...one, fixed: true } : one,
    );
    const counts = originals.map(({ text, fixed }) => (fixed ? 0 : countTokens(text)));
    let results = originals.map(({ text }, at) => untouched(text, this.method, counts[at]));
    if (counts.reduce((sum, count) => sum + count, 0) < least) return results;
    for (const step of steps) {
      const texts = originals.map((one, at) => ({ ...one, text: results[at]!.text }));
      const after = await compressEachAsync(texts, step, signal);
      results = results.map((before, at) => followed(before, after[at]!, originals[at]!));
    }
    return results;
  }
}

/** What two compressors came to, one after the other. */
function followed(
  before: CompressionResult,
  after: CompressionResult,
  original: RequestText,
): CompressionResult {
  if (original.fixed) return before;
  const reason = [before.reason, after.reason].filter((one) => one !== undefined).join('; ');
  const usage = [...(before.usage ?? []), ...(after.usage ?? [])];
  return {
    ...resultOf(
      original.text,
      after.text,
      before.originalTokens,
      after.compressedTokens,
      before.method,
    ),
    ...(reason === '' ? {} : { reason }),
    ...(usage.length === 0 ? {} : { usage }),
  };
}

/**
 * The compressor that the data describes.
 * @throws UserError where a step asks a model and `askFor` is not given
 */
export function createCompressor(
  spec: CompressionSpec,
  context: CompressionContext,
): PromptCompressor {
  const countTokens = remembering(context.countTokens);
  return new PromptCompressor({
    method: compressionLabel(spec),
    steps: stepsOf(spec).map((step) => step.create({ ...context, countTokens })),
    countTokens,
    least: spec.least,
    freezeSystem: spec.freeze === 'system',
  });
}

/** Texts whose count is remembered: what one step ends with, the next begins with. */
const MOST_REMEMBERED = 8;

function remembering(countTokens: CountTokens): CountTokens {
  const counts = new Map<string, number>();
  return (text) => {
    const known = counts.get(text);
    if (known !== undefined) return known;
    const tokens = countTokens(text);
    if (counts.size === MOST_REMEMBERED) counts.delete(counts.keys().next().value!);
    counts.set(text, tokens);
    return tokens;
  };
}
