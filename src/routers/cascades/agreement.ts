import { z } from 'zod';
import { sigmoid } from '../../features/index.js';

const weight = z.number().min(-1e6).max(1e6);
const byModels = z.array(z.array(weight).max(100)).max(100);

/**
 * What other models' answers to the same request say of an answer, as data. The log-odds of an answer
 * of model m are `confidence · logit + prior · prior logit + offset` and, for every other answer with
 * a conclusion, `same[m][other]` or `different[m][other]`, over the root of their number. Used once there is more than one answer;
 * alone, only `alone` counts.
 */
export const agreementSchema = z.strictObject({
  alone: z.strictObject({ confidence: weight, prior: weight, offset: weight }),
  together: z.strictObject({ confidence: weight, prior: weight, offset: weight }),
  same: byModels,
  different: byModels,
});
export type AgreementDocument = z.output<typeof agreementSchema>;

/** One answer as far as agreement is concerned. */
export interface Opinion {
  /** Index into the cascade's models. */
  readonly model: number;
  /** The verifier's, in [0, 1]. */
  readonly confidence: number;
  readonly conclusion: string | null;
}

/** Probabilities beyond these count as these. */
const LEAST_PROBABILITY = 1e-3;

export function logit(probability: number): number {
  const bounded = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, probability));
  return Math.log(bounded / (1 - bounded));
}

/** Voices are not independent: each counts for less the more there are. */
export const voiceWeight = (voices: number): number => 1 / Math.sqrt(Math.max(1, voices));

/**
 * How good an answer is, knowing the others: answers that agree vouch for each other, more or less
 * so by who they are of (Kolawole et al., "Agreement-Based Cascading for Efficient Inference", 2024,
 * with the weight of each voice learned).
 * @param opinion the answer in question; passed over among `all`
 * @param prior what was expected of its model before any call, in [0, 1]
 * @returns in [0, 1], to six decimals
 */
export function agreedConfidence(
  { alone, together, same, different }: AgreementDocument,
  opinion: Opinion,
  prior: number,
  all: readonly Opinion[],
): number {
  const of = all.length > 1 ? together : alone;
  let odds = of.offset + of.confidence * logit(opinion.confidence) + of.prior * logit(prior);
  if (opinion.conclusion !== null) {
    let votes = 0;
    let voices = 0;
    for (const other of all) {
      if (other.model === opinion.model || other.conclusion === null) continue;
      const table = other.conclusion === opinion.conclusion ? same : different;
      votes += table[opinion.model]![other.model]!;
      voices++;
    }
    odds += votes * voiceWeight(voices);
  }
  return Math.round(sigmoid(odds) * 1e6) / 1e6;
}

/** The same over some of the models, in another order. */
export function agreementOver(
  document: AgreementDocument,
  positions: readonly number[],
): AgreementDocument {
  const of = (table: readonly (readonly number[])[]): number[][] =>
    positions.map((row) => positions.map((column) => table[row]![column]!));
  return { ...document, same: of(document.same), different: of(document.different) };
}
