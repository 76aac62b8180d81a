import { z } from 'zod';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { dialSettings } from '../dial.js';
import { hullModels, type ModelMeans, meansByModel, nothingToChoose } from '../model-means.js';
import { checked, dialLabel } from '../policy-document.js';
import type { FitOptions, Router, RouterData } from '../router.js';
import { selectRows } from '../router-data.js';
import { agreementOver } from './agreement.js';
import { candidateModels, confidences, textsMissing } from './candidates.js';
import {
  type CascadeSetting,
  ChainTrust,
  chainThreshold,
  rowsWithOpinion,
  worthwhileSettings,
} from './cascade-chain.js';
import { cascadeFromDocument, cascadePolicy } from './cascade-policy.js';
import { answersOf, learnAgreement } from './learn-agreement.js';
import { learnVerifier } from './learn-verifier.js';
import { verifierOver } from './verifier.js';

/** What an experiment file may say under `cascade`. */
const settingsSchema = z.strictObject({
  /** The chain, in order; by default chosen on fit from the models worth their price. */
  models: z.array(z.string()).min(2).max(20).optional(),
  /** Longest chain to choose. Default 3. */
  max_models: z.int().min(2).max(6).default(3),
});

/**
 * Calls models from cheap to dear until a verifier trusts the answer. The verifier is learned on fit
 * from prompt and answer text, and what it thinks of an answer rises and falls with the answers seen
 * before that agree with it or do not. It never sees the score that is reported. Its price is nothing, as it
 * runs in this program. The dial walks the chains and shares of answers accepted that were worth
 * their cost on fit; the confidence that gives such a share is read off tune.
 */
export class CascadeRouter implements Router {
  readonly id = 'cascade';
  readonly kin = 'verifier';
  readonly settings = settingsSchema;
  readonly summary = 'Calls models from cheap to dear until a learned verifier trusts the answer';
  readonly source = 'Chen, Zaharia & Zou, "FrugalGPT", 2023';

  fit(
    fit: RouterData,
    tune: RouterData,
    options: FitOptions,
  ): readonly Policy[] | { readonly leftOut: string } {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "cascade"');
    const means = meansByModel(fit);
    const candidates =
      settings.models === undefined
        ? candidateModels(means)
        : settings.models.map((model) => namedModel(means, model));
    const reason = settings.models === undefined ? nothingToChoose(hullModels(means)) : null;
    if (reason !== null) return { leftOut: reason };
    const untold = textsMissing(candidates, fit, tune);
    if (untold !== null) return { leftOut: untold };
    const { verifier, outOfFold } = learnVerifier(fit, candidates, options.seed);
    const rows = rowsWithOpinion(outOfFold, candidates.length);
    const learnedFrom = selectRows(fit, rows);
    const known = answersOf(
      learnedFrom,
      candidates,
      Float64Array.from(
        [...rows].flatMap((row) => [
          ...outOfFold.subarray(row * candidates.length, (row + 1) * candidates.length),
        ]),
      ),
      null,
    );
    const agreement = learnAgreement(known, options.seed);
    const dials = dialSettings(options.dials);
    const onTune = new ChainTrust(
      answersOf(tune, candidates, confidences(tune, candidates, verifier), null),
      agreement,
    );
    const walk: readonly CascadeSetting[] =
      settings.models === undefined
        ? worthwhileSettings(
            learnedFrom,
            candidates,
            new ChainTrust(known, agreement),
            settings.max_models,
          )
        : dials.map((dial) => ({
            chain: candidates.map((_, position) => position),
            acceptedShare: 1 - dial,
          }));
    return dials.map((dial) => {
      const { chain, acceptedShare } = walk[Math.round(dial * (walk.length - 1))]!;
      const document = {
        router: 'cascade',
        dial: dialLabel(dial),
        models: chain.map((position) => fit.models[candidates[position]!]!),
        parameters: {
          threshold: chainThreshold(onTune, chain)(acceptedShare),
          verifier: verifierOver(verifier.document, chain),
          agreement: agreementOver(agreement, chain),
        },
      };
      const { threshold } = document.parameters;
      return cascadePolicy(
        document,
        threshold,
        document.parameters.agreement,
        (features, model, text) => verifier.read(features, chain[model]!, text),
      );
    });
  }

  fromDocument(document: PolicyDocument): Policy {
    return cascadeFromDocument(document);
  }
}

function namedModel(means: readonly ModelMeans[], model: string): number {
  const found = means.find((one) => one.model === model);
  if (found !== undefined) return found.index;
  throw new UserError(
    `Router "cascade": \`settings.models\`: there is no model ${JSON.stringify(model)}: choose from ${means.map((one) => one.model).join(', ')}`,
  );
}
