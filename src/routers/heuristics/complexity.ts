import { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { dialSettings, thresholdsOf } from '../dial.js';
import { hullModels, meansByModel, nothingToChoose } from '../model-means.js';
import {
  checked,
  checkedParameters,
  dialLabel,
  policyId,
  servedLabel,
} from '../policy-document.js';
import type { Router } from '../router.js';
import { fixedChoicePolicy } from '../single-call-policy.js';
import {
  askedSignal,
  type ComplexityReader,
  classifierSettingSchema,
  readerDocumentSchema,
  readerOfDocument,
  readerOfSetting,
} from './complexity-reader.js';

const parametersSchema = z.strictObject({
  /** Ascending: a request goes to the dearest model whose threshold its score reaches. */
  thresholds: z.array(z.number().min(0).max(2)).max(1000),
  classifier: readerDocumentSchema,
});

const settingsSchema = z.strictObject({
  /** `{ model: provider/name }` to ask a model, or a heuristic as data. @default the heuristic that ships */
  classifier: classifierSettingSchema.optional(),
});

function complexityPolicy(
  document: PolicyDocument,
  thresholds: readonly number[],
  reader: ComplexityReader,
): Policy {
  return fixedChoicePolicy(
    document,
    {
      choose(features) {
        const score = reader.score(features);
        let model = 0;
        while (model < thresholds.length && score >= thresholds[model]!) model++;
        return model;
      },
      explain: (features, model) => [
        reader.explain(features),
        model === 0
          ? `below ${thresholds[0]}: the cheapest model`
          : `at least ${thresholds[model - 1]}: model ${model + 1} of ${document.models.length} by cost`,
      ],
    },
    { needsSignals: reader.signals },
  );
}

/**
 * Share of requests that go at least `level` models up: as the dial turns from 0 to 1, requests move
 * from each model to the next dearer one, all of them before any goes further. Scores that tell
 * nothing then land on the random mixture of neighbours, and not below it.
 */
const shareAt = (dial: number, level: number, levels: number): number =>
  Math.min(1, Math.max(0, dial * (levels - 1) - (level - 1)));

/** All settings of the dial, by the shares of these requests that reach a model. */
function spread(
  models: readonly string[],
  reader: ComplexityReader,
  requests: readonly Features[],
  { dials, label }: { readonly dials: number; readonly label: (dial: number) => string },
): readonly Policy[] {
  const threshold = thresholdsOf(requests.map((one) => reader.score(one)));
  return dialSettings(dials).map((dial) => {
    const thresholds = models
      .slice(1)
      .map((_, at) => threshold(shareAt(dial, at + 1, models.length)));
    const parameters = { thresholds, classifier: reader.document };
    const document = { router: 'complexity', dial: label(dial), models, parameters };
    return complexityPolicy(document, thresholds, reader);
  });
}

/** Why a reader cannot be used on these requests; null where it can. */
function missingSignal(reader: ComplexityReader, requests: readonly Features[]): string | null {
  const signal = reader.signals.find((id) =>
    requests.some((one) => one.signals?.[id] === undefined),
  );
  return signal === undefined ? null : `the prompts lack the signal "${signal}"`;
}

/** Sends what looks demanding to dearer models. Learns nothing of outcomes but the order of models. */
export const complexity: Router = {
  id: 'complexity',
  settings: settingsSchema,
  summary: 'How demanding a prompt looks, to a heuristic or to a model, spread over models by cost',
  source: 'heuristic, after the complexity routers of open-source gateways (LiteLLM)',
  signals(settings) {
    const { classifier } = checked(settingsSchema, settings, 'settings', 'Router "complexity"');
    const asked = askedSignal(classifier);
    return asked === null ? [] : [asked];
  },
  fit(fit, tune, options) {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "complexity"');
    const reader = readerOfSetting(settings.classifier);
    const unread = missingSignal(reader, [...fit.features, ...tune.features]);
    if (unread !== null) return { leftOut: unread };
    const hull = hullModels(meansByModel(fit));
    const reason = nothingToChoose(hull);
    if (reason !== null) return { leftOut: reason };
    const models = hull.map(({ model }) => model);
    return spread(models, reader, tune.features, { dials: options.dials, label: dialLabel });
  },
  redial(document, requests, dials) {
    const { classifier } = checkedParameters(parametersSchema, document);
    const reader = readerOfDocument(classifier);
    return spread(document.models, reader, requests, { dials, label: servedLabel });
  },
  fromDocument(document) {
    const { thresholds, classifier } = checkedParameters(parametersSchema, document);
    const ascending = thresholds.every((value, at) => at === 0 || value >= thresholds[at - 1]!);
    if (thresholds.length !== document.models.length - 1 || !ascending) {
      throw new UserError(
        `Policy "${policyId(document)}": \`parameters.thresholds\`: expected ${document.models.length - 1} numbers in ascending order, got ${JSON.stringify(thresholds)}`,
      );
    }
    return complexityPolicy(document, thresholds, readerOfDocument(classifier));
  },
};
