import { z } from 'zod';
import type { ModelTier } from '../../costs/index.js';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { dialSettings, thresholdsOf } from '../dial.js';
import { hullModels, type ModelMeans, meansByModel, nothingToChoose } from '../model-means.js';
import { checked, checkedParameters, dialLabel, policyId } from '../policy-document.js';
import type { Router } from '../router.js';
import { fixedChoicePolicy } from '../single-call-policy.js';
import { defaultClassifier, explainComplexity } from './complexity-classifier.js';
import { ModelRouter } from './model-router.js';
import { DEFAULT_RULES, type RoutingRule, routingRuleSchema } from './routing-rule.js';

const ruleList = z.array(routingRuleSchema).min(1).max(200);
const tiersSchema = z.strictObject({
  economy: z.string(),
  standard: z.string(),
  premium: z.string(),
});
const parametersSchema = z.strictObject({
  rules: ruleList,
  tiers: tiersSchema,
  /** Complexity from which rules with `over_dial` begin to match. */
  boundary: z.number().min(0).max(2),
});
type Parameters = z.output<typeof parametersSchema>;

/** What an experiment file may say under `rules`. */
const settingsSchema = z.strictObject({
  rules: ruleList.optional(),
  tiers: tiersSchema.partial().optional(),
});

const askForDomain = (rules: readonly RoutingRule[]): boolean =>
  rules.some(({ when }) => when.domain !== undefined);

function rulesPolicy(document: PolicyDocument, parameters: Parameters): Policy {
  const { rules, tiers, boundary } = parameters;
  const router = new ModelRouter(rules, tiers);
  const indices = new Map(document.models.map((model, index) => [model, index]));
  return fixedChoicePolicy(
    document,
    {
      choose: (features) => indices.get(router.route(features, boundary).model)!,
      explain(features) {
        const { model, rule, tier } = router.route(features, boundary);
        return [
          rule === null ? 'no rule matched' : `rule ${JSON.stringify(rule.name)} matched`,
          `uses ${tier === null ? '' : `the ${tier} tier, `}${model}`,
          explainComplexity(defaultClassifier.classify(features)),
        ];
      },
    },
    { needsDomain: askForDomain(rules) },
  );
}

/** The cheapest, the middle and the dearest model of the hull. */
const tiersOf = (hull: readonly ModelMeans[]): Record<ModelTier, string> => ({
  economy: hull[0]!.model,
  standard: hull[Math.floor((hull.length - 1) / 2)]!.model,
  premium: hull.at(-1)!.model,
});

const modelsOf = (
  rules: readonly RoutingRule[],
  tiers: Readonly<Record<ModelTier, string>>,
): string[] => [
  ...new Set([
    ...Object.values(tiers),
    ...rules.flatMap(({ use }) => ('model' in use ? [use.model] : [])),
  ]),
];

function checkModels(named: readonly string[], known: readonly string[], place: string): void {
  const unknown = named.find((model) => !known.includes(model));
  if (unknown === undefined) return;
  throw new UserError(
    `${place}: there is no model ${JSON.stringify(unknown)}: choose from ${known.join(', ')}`,
  );
}

/**
 * Rules written by hand, with models by price tier. Where the experiment brings none, a few defaults
 * on what a request looks like. The dial moves the complexity from which `over_dial` rules match.
 */
export const rules: Router = {
  id: 'rules',
  settings: settingsSchema,
  summary: 'Hand-written rules on keywords, length, code and complexity',
  source: 'baseline of practice; rules as most gateways have them',
  readsDomain: (settings) =>
    askForDomain(checked(settingsSchema, settings, 'settings', 'Router "rules"').rules ?? []),
  fit(fit, tune, options) {
    const settings = checked(settingsSchema, options.settings, 'settings', 'Router "rules"');
    const hull = hullModels(meansByModel(fit));
    const own = settings.rules;
    const reason = nothingToChoose(hull);
    if (reason !== null && (own === undefined || hull.length === 0)) return { leftOut: reason };
    const ruleset = own ?? [...DEFAULT_RULES];
    const given = settings.tiers ?? {};
    const byCost = tiersOf(hull);
    const tiers = {
      economy: given.economy ?? byCost.economy,
      standard: given.standard ?? byCost.standard,
      premium: given.premium ?? byCost.premium,
    };
    const models = modelsOf(ruleset, tiers);
    checkModels(models, fit.models, 'Router "rules"');
    const domainless = [...fit.features, ...tune.features].some(({ domain }) => domain === null);
    if (domainless && askForDomain(ruleset)) {
      return { leftOut: 'a rule asks for the domain, and some prompts declare none' };
    }
    const threshold = thresholdsOf(
      tune.features.map((one) => defaultClassifier.classify(one).score),
    );
    const turnsWithDial = ruleset.some(({ when }) => when.over_dial !== undefined);
    const documents = (turnsWithDial ? dialSettings(options.dials) : [0]).map((dial) => ({
      router: 'rules',
      dial: turnsWithDial ? dialLabel(dial) : 'fixed',
      models,
      parameters: { rules: ruleset, tiers, boundary: threshold(dial) },
    }));
    return documents.map((document) => rulesPolicy(document, document.parameters));
  },
  fromDocument(document) {
    const parameters = checkedParameters(parametersSchema, document);
    checkModels(
      modelsOf(parameters.rules, parameters.tiers),
      document.models,
      `Policy "${policyId(document)}": \`parameters\``,
    );
    return rulesPolicy(document, parameters);
  },
};
