import { mean, upperHull } from '../statistics/index.js';
import type { RouterData } from './router.js';

/** What one model did on average over the prompts it was measured on. */
export interface ModelMeans {
  readonly model: string;
  /** Index into the data's models. */
  readonly index: number;
  /** NaN where never scored. */
  readonly quality: number;
  /** NaN where no cost is known. */
  readonly cost: number;
}

function columnMean(parts: readonly RouterData[], column: 'score' | 'cost', index: number): number {
  const values = parts.flatMap((data) =>
    data.features
      .map((_, row) => data[column][row * data.models.length + index]!)
      .filter((value) => !Number.isNaN(value)),
  );
  return values.length === 0 ? Number.NaN : mean(values);
}

/** Means by model over one or more parts of the same run. */
export function meansByModel(...parts: readonly [RouterData, ...RouterData[]]): ModelMeans[] {
  return parts[0].models.map((model, index) => ({
    model,
    index,
    quality: columnMean(parts, 'score', index),
    cost: columnMean(parts, 'cost', index),
  }));
}

/** The models worth their price, cheapest first; see `upperHull`. Empty where no cost is known. */
export function hullModels(models: readonly ModelMeans[]): ModelMeans[] {
  return upperHull(models).map((at) => models[at]!);
}

export const NOTHING_MEASURED =
  'no model has both scores and costs on the part it would learn from';

/** Why a router that goes by the models' means alone has nothing to choose between; null where it has. */
export function nothingToChoose(hull: readonly ModelMeans[]): string | null {
  if (hull.length === 0) return NOTHING_MEASURED;
  if (hull.length === 1) {
    return `one model, ${hull[0]!.model}, is at least as good and as cheap as any other`;
  }
  return null;
}

/** The better of two models: higher quality, then lower cost, then earlier. */
export function betterModel(a: ModelMeans, b: ModelMeans): ModelMeans {
  const quality = (means: ModelMeans): number =>
    Number.isNaN(means.quality) ? Number.NEGATIVE_INFINITY : means.quality;
  const cost = (means: ModelMeans): number =>
    Number.isNaN(means.cost) ? Number.POSITIVE_INFINITY : means.cost;
  if (quality(a) !== quality(b)) return quality(a) > quality(b) ? a : b;
  return cost(b) < cost(a) ? b : a;
}
