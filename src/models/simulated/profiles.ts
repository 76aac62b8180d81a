import { fromUsd, type ModelPricing } from '../../costs/index.js';
import { didYouMean } from '../../did-you-mean.js';
import { UserError } from '../../user-error.js';

/** What one simulated model is like. All of it is invented; none of it is evidence of any real model. */
export interface SimulatedProfile {
  /** `simulated/…`. */
  readonly id: string;
  /** Ability by kind of work on the scale of item response theory; `general` for any other kind. */
  readonly abilities: Readonly<Record<string, number>> & { readonly general: number };
  /** Most sentences of working in a prose answer; drawn evenly from 0. */
  readonly verbosity: number;
  /** Chance that a verdict it gives as a judge is wrong. */
  readonly judgingError: number;
  /** Median of its log-normal latency. */
  readonly medianLatencyMs: number;
  readonly pricing: ModelPricing;
}

/**
 * The family. Ability by kind of work:
 *
 * | kind           | small | medium | large |
 * |----------------|------:|-------:|------:|
 * | arithmetic     |  −1.0 |   −0.8 |   2.6 |
 * | facts          |  −0.8 |   −0.7 |   2.4 |
 * | extraction     |   2.6 |    0.2 |   0.5 |
 * | classification |   2.5 |    0.2 |   0.5 |
 * | summarising    |  −0.6 |    2.4 |   0.6 |
 * | code           |  −1.0 |    2.5 |   0.6 |
 * | reasoning      |  −1.4 |   −0.8 |   2.5 |
 * | translation    |  −0.4 |    2.5 |   0.5 |
 * | any other      |  −0.6 |    0.3 |   1.2 |
 *
 * Over kinds and difficulties in equal parts the large model is best overall, each model is best at
 * something, and looking the best one up by kind gains 10 to 20 points over the large one, at a
 * lower cost. Routing pays here by construction.
 */
export const SIMULATED_PROFILES: readonly SimulatedProfile[] = [
  {
    id: 'simulated/small',
    abilities: {
      arithmetic: -1.0,
      facts: -0.8,
      extraction: 2.6,
      classification: 2.5,
      summarising: -0.6,
      code: -1.0,
      reasoning: -1.4,
      translation: -0.4,
      general: -0.6,
    },
    verbosity: 1,
    judgingError: 0.2,
    medianLatencyMs: 320,
    pricing: simulatedPrice('simulated/small', 0.1, 0.4),
  },
  {
    id: 'simulated/medium',
    abilities: {
      arithmetic: -0.8,
      facts: -0.7,
      extraction: 0.2,
      classification: 0.2,
      summarising: 2.4,
      code: 2.5,
      reasoning: -0.8,
      translation: 2.5,
      general: 0.3,
    },
    verbosity: 2,
    judgingError: 0.12,
    medianLatencyMs: 780,
    pricing: simulatedPrice('simulated/medium', 0.6, 2.4),
  },
  {
    id: 'simulated/large',
    abilities: {
      arithmetic: 2.6,
      facts: 2.4,
      extraction: 0.5,
      classification: 0.5,
      summarising: 0.6,
      code: 0.6,
      reasoning: 2.5,
      translation: 0.5,
      general: 1.2,
    },
    verbosity: 3,
    judgingError: 0.08,
    medianLatencyMs: 1900,
    pricing: simulatedPrice('simulated/large', 5, 20),
  },
  {
    id: 'simulated/judge',
    abilities: { general: 0.3 },
    verbosity: 1,
    judgingError: 0.05,
    medianLatencyMs: 600,
    pricing: simulatedPrice('simulated/judge', 0.6, 2.4),
  },
];

/** Ids of the simulated models, e.g. for a list in help. */
export const SIMULATED_MODELS: readonly string[] = SIMULATED_PROFILES.map(({ id }) => id);

/** The profile of `simulated/x` or plain `x`; undefined if there is none. */
export function findProfile(id: string): SimulatedProfile | undefined {
  return PROFILES_BY_NAME.get(id);
}

/** @throws UserError naming the nearest model there is. */
export function profileOf(id: string): SimulatedProfile {
  const profile = findProfile(id);
  if (profile !== undefined) return profile;
  throw new UserError(
    `Unknown simulated model "${id}"${didYouMean(id, SIMULATED_MODELS)}; there are: ${SIMULATED_MODELS.join(', ')}`,
  );
}

const PROFILES_BY_NAME: ReadonlyMap<string, SimulatedProfile> = new Map(
  SIMULATED_PROFILES.flatMap((profile) => [
    [profile.id, profile],
    [profile.id.slice('simulated/'.length), profile],
  ]),
);

/** Prices in US dollars per million tokens. */
export function simulatedPrice(model: string, input: number, output: number): ModelPricing {
  return {
    model,
    source: 'simulated',
    asOf: '2026-01-01',
    rates: { input: fromUsd(input), cachedInput: null, cacheWrite: null, output: fromUsd(output) },
    longContext: [],
    perRequest: 0,
    batchMultiplier: 0.5,
  };
}
