import type { ExperimentPrice } from './experiment-price.js';

/**
 * The date of this data: what we add to genai-prices, each entry with its source.
 */
export const OVERLAY_DATE = '2026-11-23';

/**
 * Price of a batch request as a share of the direct one, by provider. genai-prices has none.
 * OpenAI Batch API: 50 % off input and output (platform.openai.com/docs/guides/batch).
 * Anthropic Message Batches: 50 % off all usage (docs.anthropic.com, batch processing).
 * Gemini API batch mode: 50 % of the standard price (ai.google.dev/gemini-api/docs/batch-api).
 */
export const BATCH_MULTIPLIERS: Readonly<Record<string, number>> = {
  openai: 0.5,
  anthropic: 0.5,
  google: 0.5,
};

/** A price of ours, in force from a date, for one model under all its names. */
export interface OverlayEntry {
  readonly provider: string;
  readonly names: readonly string[];
  /** ISO date; looked up for an earlier one, the model has no price of ours. */
  readonly from: string;
  readonly source: string;
  /** US dollars per million tokens. */
  readonly price: ExperimentPrice;
  readonly longContext?: { readonly above: number; readonly price: ExperimentPrice };
}

/**
 * Models that genai-prices lacks, or prices as another one. Ours come first.
 * Everything else that the catalogue finds is a price of genai-prices, for example all of the GPT-4o,
 * GPT-4 Turbo, GPT-3.5, o1, o3, Claude 3 to 4 and Gemini 1.5 families.
 */
export const OVERLAY_PRICES: readonly OverlayEntry[] = [
  {
    // genai-prices matches it to gemini-1.5-flash, which cost twice as much.
    provider: 'google',
    names: ['gemini-1.5-flash-8b', 'gemini-1.5-flash-8b-001', 'gemini-1.5-flash-8b-latest'],
    from: '2024-10-03',
    source: 'Google, "Gemini 1.5 Flash-8B is now production ready", 2024-10-03',
    price: { input: 0.0375, cached_input: 0.01, output: 0.15 },
    longContext: { above: 128_000, price: { input: 0.075, cached_input: 0.02, output: 0.3 } },
  },
  {
    provider: 'anthropic',
    names: ['claude-instant-1.2', 'claude-instant-1'],
    from: '2023-11-21',
    source: 'Anthropic pricing page with the release of Claude 2.1, 2023-11-21',
    price: { input: 0.8, output: 2.4 },
  },
];
