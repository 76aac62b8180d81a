import { z } from 'zod';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { dialSettings, thresholdsOf } from '../dial.js';
import { hullModels, meansByModel, nothingToChoose } from '../model-means.js';
import { checked, checkedParameters, dialLabel, policyId } from '../policy-document.js';
import type { Router } from '../router.js';
import { singleCallPolicy } from '../single-call-policy.js';
import {
  ComplexityClassifier,
  defaultClassifier,
  explainComplexity,
} from './complexity-classifier.js';
import { complexityModelSchema } from './complexity-signals.js';

const parametersSchema = z.strictObject({
  /** Ascending: a request goes to the dearest model whose threshold its score reaches. */
  thresholds: z.array(z.number().min(0).max(2)).max(1000),
  classifier: complexityModelSchema,
});

const settingsSchema = z.strictObject({ classifier: complexityModelSchema.optional() });

function complexityPolicy(
  document: PolicyDocument,
  thresholds: readonly number[],
  classifier: ComplexityClassifier,
): Policy {
  return singleCallPolicy(document, (features) => {
    const reading = classifier.classify(features);
    const model = thresholds.filter((threshold) => reading.score >= threshold).length;
    return {
      model,
      propensity: 1,
      explain: () => [
        explainComplexity(reading),
        model === 0
          ? `below ${thresholds[0]}: the cheapest model`
          : `at least ${thresholds[model - 1]}: model ${model + 1} of ${document.models.length} by cost`,
      ],
    };
  });
}

/**
 * Share of requests that go at least `level` models up: as the dial turns from 0 to 1, requests move
 * from each model to the next dearer one, all of them before any goes further. Scores that tell
 * nothing then land on the random mixture of neighbours, and not below it.
 */
const shareAt = (dial: number, level: number, levels: number): number =>
  Math.min(1, Math.max(0, dial * (levels - 1) - (level - 1)));

/** Sends what looks demanding to dearer models. Learns nothing of outcomes but the order of models. */
export const complexity: Router = {
  id: 'complexity',
  settings: settingsSchema,
  summary: 'A heuristic score of how demanding a prompt looks, spread over models by cost',
  source: 'heuristic, after the complexity routers of open-source gateways (LiteLLM)',
  fit(fit, tune, options) {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "complexity"');
    const classifier =
      settings.classifier === undefined
        ? defaultClassifier
        : new ComplexityClassifier(settings.classifier);
    const hull = hullModels(meansByModel(fit));
    const reason = nothingToChoose(hull);
    if (reason !== null) return { leftOut: reason };
    const threshold = thresholdsOf(tune.features.map((one) => classifier.classify(one).score));
    const documents = dialSettings(options.dials).map((dial) => ({
      router: 'complexity',
      dial: dialLabel(dial),
      models: hull.map(({ model }) => model),
      parameters: {
        thresholds: hull.slice(1).map((_, at) => threshold(shareAt(dial, at + 1, hull.length))),
        classifier: classifier.model,
      },
    }));
    return documents.map((document) =>
      complexityPolicy(document, document.parameters.thresholds, classifier),
    );
  },
  fromDocument(document) {
    const { thresholds, classifier } = checkedParameters(parametersSchema, document);
    const ascending = thresholds.every((value, at) => at === 0 || value >= thresholds[at - 1]!);
    if (thresholds.length !== document.models.length - 1 || !ascending) {
      throw new UserError(
        `Policy "${policyId(document)}": \`parameters.thresholds\`: expected ${document.models.length - 1} numbers in ascending order, got ${JSON.stringify(thresholds)}`,
      );
    }
    return complexityPolicy(document, thresholds, new ComplexityClassifier(classifier));
  },
};
