import { UserError } from '../user-error.js';
import { fromUsd, type NanoUsd } from './money.js';
import type { ModelPricing } from './pricing.js';

/** A price as an experiment file gives it: US dollars per million tokens, `per_request` in dollars. */
export interface ExperimentPrice {
  readonly input: number;
  readonly output: number;
  /** Tokens read from the provider's prompt cache. Default: `input`. */
  readonly cached_input?: number | undefined;
  /** Tokens written to it. Default: `input`. */
  readonly cache_write?: number | undefined;
  /** Charged once a request. Default: 0. */
  readonly per_request?: number | undefined;
  /** From 0 to 1; 0.5 is half price. Default: the model has no batch price. */
  readonly batch_multiplier?: number | undefined;
}

const MEMBERS = [
  'input',
  'output',
  'cached_input',
  'cache_write',
  'per_request',
  'batch_multiplier',
] as const;

/**
 * The pricing of a model whose price an experiment file gives. A free model says `input: 0, output: 0`.
 * @param price the file's `price`, checked here because a wrong price is worse than none
 * @param asOf ISO date kept with the price
 * @throws UserError naming model, member and value, if input or output is missing, a member is unknown,
 * or a value is not an amount of dollars from 0 up
 */
export function pricingFromExperiment(
  model: string,
  price: ExperimentPrice,
  asOf: string,
): ModelPricing {
  for (const member of Object.keys(price)) {
    if (!MEMBERS.some((known) => known === member)) {
      throw new UserError(
        `price.${member} of model "${model}" is not known; a price has ${MEMBERS.join(', ')}`,
      );
    }
  }
  const dollars = (member: keyof ExperimentPrice): NanoUsd | null =>
    amount(model, member, price[member]);
  const required = (member: 'input' | 'output'): NanoUsd => {
    const value = dollars(member);
    if (value === null) {
      throw new UserError(
        `price.${member} of model "${model}" is missing; give US dollars per million tokens (0 if it is free)`,
      );
    }
    return value;
  };
  const batchMultiplier = price.batch_multiplier ?? null;
  if (batchMultiplier !== null && !(batchMultiplier >= 0 && batchMultiplier <= 1)) {
    throw new UserError(
      `price.batch_multiplier of model "${model}" is ${JSON.stringify(batchMultiplier)}; give a number from 0 to 1 (0.5 is half price)`,
    );
  }
  return {
    model,
    source: 'experiment',
    asOf,
    rates: {
      input: required('input'),
      cachedInput: dollars('cached_input'),
      cacheWrite: dollars('cache_write'),
      output: required('output'),
    },
    longContext: [],
    perRequest: dollars('per_request') ?? 0,
    batchMultiplier,
  };
}

function amount(model: string, member: string, value: unknown): NanoUsd | null {
  if (value === undefined || value === null) return null;
  const wrong = (cause?: unknown): UserError =>
    new UserError(
      `price.${member} of model "${model}" is ${JSON.stringify(value)}; give US dollars, 0 or more`,
      { cause },
    );
  if (typeof value !== 'number') throw wrong();
  try {
    return fromUsd(value);
  } catch (error) {
    throw wrong(error);
  }
}
