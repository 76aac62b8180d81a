import { z } from 'zod';
import { type Policy, type PolicyDocument, TEXTS_NEEDED } from '../policies/index.js';
import { UserError } from '../user-error.js';
import { chooseChain } from './cascade-chain.js';
import { cascadeFromDocument, cascadePolicy } from './cascade-policy.js';
import { dialSettings, thresholdsOf } from './dial.js';
import { learnVerifier } from './learn-verifier.js';
import {
  hullModels,
  type ModelSummary,
  nothingToChoose,
  summariseModels,
} from './model-summary.js';
import { checked, dialLabel } from './policy-document.js';
import type { FitOptions, Router, RouterData } from './router.js';
import { Verifier, type VerifierDocument } from './verifier.js';

/** What an experiment file may say under `cascade`. */
const settingsSchema = z.strictObject({
  /** The chain, in order; by default chosen on fit from the models worth their price. */
  models: z.array(z.string()).min(2).max(20).optional(),
  /** Longest chain to choose. Default 3. */
  max_models: z.int().min(2).max(6).default(3),
});

function storedShare(data: RouterData, models: readonly ModelSummary[]): number {
  const cells = data.features.flatMap((_, row) =>
    models.map(({ index }) => row * data.models.length + index),
  );
  const scored = cells.filter((cell) => !Number.isNaN(data.score[cell]!));
  const stored = scored.filter((cell) => (data.text[cell] ?? null) !== null);
  return scored.length === 0 ? 0 : stored.length / scored.length;
}

/** The verifier of some of the models it was learned for. */
const restrict = (document: VerifierDocument, chain: readonly number[]): VerifierDocument => ({
  ...document,
  models: chain.map((position) => document.models[position]!),
});

/**
 * Calls models from cheap to dear until a verifier trusts the answer. The verifier is learned on fit
 * from prompt and answer text and never sees the score that is reported. Its price is nothing, as it
 * runs in this program. The dial is the confidence from which an answer is kept.
 */
export class CascadeRouter implements Router {
  readonly id = 'cascade';
  readonly summary = 'Calls models from cheap to dear until a learned verifier trusts the answer';
  readonly source = 'Chen, Zaharia & Zou, "FrugalGPT", 2023';

  fit(
    fit: RouterData,
    tune: RouterData,
    options: FitOptions,
  ): readonly Policy[] | { readonly leftOut: string } {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "cascade"');
    const candidates = this.#candidates(fit, settings.models);
    const reason = settings.models === undefined ? nothingToChoose(candidates) : null;
    if (reason !== null) return { leftOut: reason };
    for (const data of [fit, tune]) {
      const share = storedShare(data, candidates);
      if (data.features.length > 0 && share < TEXTS_NEEDED) {
        return {
          leftOut: `a verifier reads answers, and ${(100 * share).toFixed(0)} % of the texts are stored`,
        };
      }
    }
    const learned = learnVerifier(fit, candidates, options.seed);
    const chain =
      settings.models === undefined
        ? chooseChain(fit, candidates, learned.outOfFold, settings.max_models)
        : candidates.map((_, position) => position);
    const verifier = new Verifier(restrict(learned.verifier.document, chain));
    const models = chain.map((position) => candidates[position]!);
    const threshold = thresholdsOf(this.#tuneConfidences(tune, models, verifier));
    const documents = dialSettings(options.dials).map((dial) => ({
      router: 'cascade',
      dial: dialLabel(dial),
      models: models.map(({ model }) => model),
      parameters: {
        threshold: threshold(1 - dial),
        verifier: verifier.document,
      },
    }));
    return documents.map((document) =>
      cascadePolicy(document, document.parameters.threshold, verifier),
    );
  }

  fromDocument(document: PolicyDocument): Policy {
    return cascadeFromDocument(document);
  }

  #candidates(fit: RouterData, chosen: readonly string[] | undefined): ModelSummary[] {
    const summaries = summariseModels(fit);
    if (chosen === undefined) return hullModels(summaries);
    return chosen.map((model) => {
      const found = summaries.find((summary) => summary.model === model);
      if (found !== undefined) return found;
      throw new UserError(
        `Router "cascade": \`settings.models\`: there is no model ${JSON.stringify(model)}: choose from ${fit.models.join(', ')}`,
      );
    });
  }

  /** Of all answers that could end the cascade early. */
  #tuneConfidences(
    tune: RouterData,
    chain: readonly ModelSummary[],
    verifier: Verifier,
  ): Float64Array {
    return Float64Array.from(
      tune.features.flatMap((features, row) =>
        chain.slice(0, -1).flatMap(({ index }, position) => {
          const answer = tune.text[row * tune.models.length + index] ?? null;
          return answer === null ? [] : [verifier.confidence(features, position, answer)];
        }),
      ),
    );
  }
}
