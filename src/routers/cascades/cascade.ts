import { z } from 'zod';
import { type Policy, type PolicyDocument, TEXTS_NEEDED } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { dialSettings } from '../dial.js';
import { hullModels, type ModelMeans, meansByModel, nothingToChoose } from '../model-means.js';
import { checked, dialLabel } from '../policy-document.js';
import type { FitOptions, Router, RouterData } from '../router.js';
import { type CascadeSetting, chainThreshold, worthwhileSettings } from './cascade-chain.js';
import { cascadeFromDocument, cascadePolicy } from './cascade-policy.js';
import { learnVerifier } from './learn-verifier.js';
import type { Verifier } from './verifier.js';

/** What an experiment file may say under `cascade`. */
const settingsSchema = z.strictObject({
  /** The chain, in order; by default chosen on fit from the models worth their price. */
  models: z.array(z.string()).min(2).max(20).optional(),
  /** Longest chain to choose. Default 3. */
  max_models: z.int().min(2).max(6).default(3),
});

/** Candidates beyond this make too many chains to try. */
const MOST_CANDIDATES = 8;

function storedShare(data: RouterData, models: readonly ModelMeans[]): number {
  const cells = data.features.flatMap((_, row) =>
    models.map(({ index }) => row * data.models.length + index),
  );
  const scored = cells.filter((cell) => !Number.isNaN(data.score[cell]!));
  const stored = scored.filter((cell) => (data.text[cell] ?? null) !== null);
  return scored.length === 0 ? 0 : stored.length / scored.length;
}

/** The verifier's opinion of every stored answer, by prompt and candidate; NaN without text. */
function confidences(
  data: RouterData,
  candidates: readonly ModelMeans[],
  verifier: Verifier,
): Float64Array {
  return Float64Array.from(
    data.features.flatMap((features, row) =>
      candidates.map(({ index }, position) => {
        const answer = data.text[row * data.models.length + index] ?? null;
        return answer === null ? Number.NaN : verifier.confidence(features, position, answer);
      }),
    ),
  );
}

/** Keeps both ends and spreads what lies between evenly. */
const thinned = <T>(items: readonly T[], most: number): T[] =>
  items.length <= most
    ? [...items]
    : Array.from(
        { length: most },
        (_, at) => items[Math.round((at * (items.length - 1)) / (most - 1))]!,
      );

/**
 * Calls models from cheap to dear until a verifier trusts the answer. The verifier is learned on fit
 * from prompt and answer text and never sees the score that is reported. Its price is nothing, as it
 * runs in this program. The dial walks the chains and shares of answers accepted that were worth
 * their cost on fit; the confidence that gives such a share is read off tune.
 */
export class CascadeRouter implements Router {
  readonly id = 'cascade';
  readonly settings = settingsSchema;
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
          leftOut: `a verifier reads answers, and the texts of ${(100 * share).toFixed(0)} % are stored`,
        };
      }
    }
    const { verifier, outOfFold } = learnVerifier(fit, candidates, options.seed);
    const dials = dialSettings(options.dials);
    const onTune = confidences(tune, candidates, verifier);
    const walk: readonly CascadeSetting[] =
      settings.models === undefined
        ? worthwhileSettings(fit, candidates, outOfFold, settings.max_models)
        : dials.map((dial) => ({
            chain: candidates.map((_, position) => position),
            acceptedShare: 1 - dial,
          }));
    return dials.map((dial) => {
      const { chain, acceptedShare } = walk[Math.round(dial * (walk.length - 1))]!;
      const document = {
        router: 'cascade',
        dial: dialLabel(dial),
        models: chain.map((position) => candidates[position]!.model),
        parameters: {
          threshold: chainThreshold(onTune, candidates.length, chain)(acceptedShare),
          verifier: {
            ...verifier.document,
            models: chain.map((position) => verifier.document.models[position]!),
          },
        },
      };
      return cascadePolicy(document, document.parameters.threshold, (features, model, text) =>
        verifier.confidence(features, chain[model]!, text),
      );
    });
  }

  fromDocument(document: PolicyDocument): Policy {
    return cascadeFromDocument(document);
  }

  #candidates(fit: RouterData, chosen: readonly string[] | undefined): ModelMeans[] {
    const means = meansByModel(fit);
    if (chosen === undefined) return thinned(hullModels(means), MOST_CANDIDATES);
    return chosen.map((model) => {
      const found = means.find((one) => one.model === model);
      if (found !== undefined) return found;
      throw new UserError(
        `Router "cascade": \`settings.models\`: there is no model ${JSON.stringify(model)}: choose from ${fit.models.join(', ')}`,
      );
    });
  }
}
