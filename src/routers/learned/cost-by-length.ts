import { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { RouterData } from '../router.js';

const amount = z.number().min(0).max(1e12);

/**
 * What a call costs by the length of its request, one entry a model: `base + per_token · tokens`, and
 * never less than the least that was paid. Null for a model whose costs are unknown.
 */
export const costDocumentSchema = z
  .array(
    z
      .strictObject({
        base: z.number().min(-1e12).max(1e12),
        per_token: z.number().min(-1e12).max(1e12),
        least: amount,
      })
      .nullable(),
  )
  .max(1000);
export type CostDocument = z.output<typeof costDocumentSchema>;

/** Least squares over the prompts whose cost is known; the very constant where all cost the same. */
function learnOne({ models, features, cost }: RouterData, model: number): CostDocument[number] {
  let count = 0;
  let tokens = 0;
  let total = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < features.length; row++) {
    const paid = cost[row * models.length + model]!;
    if (Number.isNaN(paid)) continue;
    count++;
    tokens += features[row]!.tokens;
    total += paid;
    least = Math.min(least, paid);
    most = Math.max(most, paid);
  }
  if (count === 0) return null;
  if (least === most) return { base: least, per_token: 0, least };
  const meanTokens = tokens / count;
  const meanCost = total / count;
  let spread = 0;
  let together = 0;
  for (let row = 0; row < features.length; row++) {
    const paid = cost[row * models.length + model]!;
    if (Number.isNaN(paid)) continue;
    const longer = features[row]!.tokens - meanTokens;
    spread += longer * longer;
    together += longer * (paid - meanCost);
  }
  const perToken = spread === 0 ? 0 : together / spread;
  return { base: meanCost - perToken * meanTokens, per_token: perToken, least };
}

/** Learns what each model's calls cost by their estimated input tokens. */
export const learnCostByLength = (data: RouterData): CostDocument =>
  data.models.map((_, model) => learnOne(data, model));

/** Overwrites `out`, by model, with what a call is expected to cost; NaN where that is unknown. */
export function forecastCosts(document: CostDocument, features: Features, out: Float64Array): void {
  for (let model = 0; model < document.length; model++) {
    const known = document[model]!;
    out[model] =
      known === null
        ? Number.NaN
        : Math.max(known.least, known.base + known.per_token * features.tokens);
  }
}
