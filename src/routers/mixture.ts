import { z } from 'zod';
import type { Policy, PolicyDocument } from '../policies/index.js';
import { UserError } from '../user-error.js';
import { hullModels, type ModelMeans, meansByModel, nothingToChoose } from './model-means.js';
import { checkedParameters, dialLabel, policyId, written } from './policy-document.js';
import type { Router } from './router.js';
import { singleCallPolicy } from './single-call-policy.js';

const parametersSchema = z.strictObject({ weights: z.array(z.number().min(0).max(1)).max(1000) });

/** Draws a model by weight; weights need only be proportional to the probabilities. */
function mixturePolicy(document: PolicyDocument, weights: readonly number[]): Policy {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const probabilities = weights.map((weight) => weight / total);
  return singleCallPolicy(document, (_, rng) => {
    let left = rng.next() * total;
    let model = weights.findLastIndex((weight) => weight > 0);
    for (const [index, weight] of weights.entries()) {
      left -= weight;
      if (left < 0) {
        model = index;
        break;
      }
    }
    const propensity = probabilities[model]!;
    return {
      model,
      propensity,
      probabilities,
      explain: () => [`drawn with probability ${propensity.toFixed(3)}, whatever the prompt`],
    };
  });
}

/** Weights over the hull, at a position between its cheapest (0) and its dearest model (1) by cost. */
function weightsAt(hull: readonly ModelMeans[], position: number): number[] {
  const [cheapest, dearest] = [hull[0]!.cost, hull.at(-1)!.cost];
  const cost = cheapest + position * (dearest - cheapest);
  const weights = hull.map(() => 0);
  const upper = Math.max(
    1,
    hull.findIndex((model) => model.cost >= cost),
  );
  const [low, high] = [hull[upper - 1]!.cost, hull[upper]!.cost];
  const share = written(Math.min(1, Math.max(0, (cost - low) / (high - low))));
  weights[upper - 1] = written(1 - share);
  weights[upper] = share;
  return weights;
}

/**
 * The baseline that knows nothing of the prompt: a coin between neighbouring models of the hull.
 * A router that does not beat it has learned nothing. The hull is fixed on fit and tune together.
 */
export const mixture: Router = {
  id: 'mixture',
  summary: 'A random draw between two neighbouring models of the cost-quality hull',
  source: 'Hu et al., "RouterBench", 2024 (the zero router)',
  fit(fit, tune, options) {
    const hull = hullModels(meansByModel(fit, tune));
    const reason = nothingToChoose(hull);
    if (reason !== null) return { leftOut: reason };
    const dials = Math.max(2, options.dials);
    return Array.from({ length: dials }, (_, at) => {
      const position = at / (dials - 1);
      const weights = weightsAt(hull, position);
      const models = hull.map(({ model }) => model);
      return mixturePolicy(
        { router: 'mixture', dial: dialLabel(position), models, parameters: { weights } },
        weights,
      );
    });
  },
  fromDocument(document) {
    const { weights } = checkedParameters(parametersSchema, document);
    if (weights.length !== document.models.length || !weights.some((weight) => weight > 0)) {
      throw new UserError(
        `Policy "${policyId(document)}": \`parameters.weights\`: expected one weight for each of ${document.models.length} models, one of them above 0, got ${JSON.stringify(weights)}`,
      );
    }
    return mixturePolicy(document, weights);
  },
};
