import type { NanoUsd } from './money.js';

/** Nano-dollars per million tokens, integers. A null rate falls back to `input`. */
export interface PriceRates {
  readonly input: NanoUsd;
  readonly cachedInput: NanoUsd | null;
  readonly cacheWrite: NanoUsd | null;
  readonly output: NanoUsd;
}

/** What a model costs, at one date, from one source: the snapshot that is kept with every record. */
export interface ModelPricing {
  readonly model: string;
  readonly source: 'catalogue' | 'experiment' | 'simulated';
  /** The entry that the price was taken from, e.g. `genai-prices 0.1.8: openai/gpt-4o`. */
  readonly reference?: string;
  /** ISO date for which the price was looked up. */
  readonly asOf: string;
  readonly rates: PriceRates;
  /** A request whose input exceeds `above` tokens is priced whole at `rates`. Ascending. */
  readonly longContext: readonly { readonly above: number; readonly rates: PriceRates }[];
  /** Charged once a request. */
  readonly perRequest: NanoUsd;
  /** Multiplier for batch processing (0.5 is half price); null where there is none. */
  readonly batchMultiplier: number | null;
  /** Which of its prices a record was computed with; absent for the standard one. */
  readonly tariff?: 'batch';
}

/** Coarse price classes, cheapest first. */
export const MODEL_TIERS = ['economy', 'standard', 'premium'] as const;
export type ModelTier = (typeof MODEL_TIERS)[number];
