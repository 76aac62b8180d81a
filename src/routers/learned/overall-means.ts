import { z } from 'zod';
import { meansByModel } from '../model-means.js';
import { written } from '../policy-document.js';
import type { RouterData } from '../router.js';

/** By model: what is expected of it where nothing more is known. */
export const overallMeansSchema = z.strictObject({
  quality: z.array(z.number()).max(1000),
  cost: z.array(z.number()).max(1000),
});
export type OverallMeans = z.output<typeof overallMeansSchema>;

/** Means over all prompts; a reason where a model was never scored or its costs are unknown. */
export function overallMeans(data: RouterData): OverallMeans | { readonly leftOut: string } {
  const means = meansByModel(data);
  const lacking = means.find(({ quality, cost }) => Number.isNaN(quality + cost));
  if (lacking !== undefined) {
    return { leftOut: `${lacking.model} has no scores or no costs on the part to learn from` };
  }
  return {
    quality: means.map(({ quality }) => written(quality)),
    cost: means.map(({ cost }) => written(cost)),
  };
}
