import { TEXTS_NEEDED } from '../../policies/index.js';
import { hullModels, type ModelMeans } from '../model-means.js';
import type { RouterData } from '../router.js';
import type { Verifier } from './verifier.js';

/** Candidates beyond this make too many chains to try. */
const MOST_CANDIDATES = 6;

/**
 * The models that a cascade may call, by cost: those on the hull of cost and quality, then those
 * nearest below it, as the best for some prompts need not be on the hull over all.
 * @returns indices into the data's models, at most six
 */
export function candidateModels(means: readonly ModelMeans[]): number[] {
  const hull = hullModels(means);
  const known = means.filter(({ quality, cost }) => !Number.isNaN(quality + cost));
  const others = known
    .filter((one) => !hull.includes(one))
    .sort((a, b) => below(hull, a) - below(hull, b) || a.index - b.index);
  return [...thinned(hull, MOST_CANDIDATES), ...others]
    .slice(0, MOST_CANDIDATES)
    .sort((a, b) => a.cost - b.cost || a.index - b.index)
    .map(({ index }) => index);
}

/** Quality that a model lacks beside a mixture of hull models at its cost. */
function below(hull: readonly ModelMeans[], { cost, quality }: ModelMeans): number {
  const right = hull.findIndex((model) => model.cost > cost);
  const dear = hull[right];
  const cheap = right === -1 ? hull.at(-1) : hull[right - 1];
  if (cheap === undefined || dear === undefined) return (cheap ?? dear)!.quality - quality;
  const share = (cost - cheap.cost) / (dear.cost - cheap.cost);
  return cheap.quality + share * (dear.quality - cheap.quality) - quality;
}

/** Keeps both ends and spreads what lies between evenly. */
const thinned = <T>(items: readonly T[], most: number): T[] =>
  items.length <= most
    ? [...items]
    : Array.from(
        { length: most },
        (_, at) => items[Math.round((at * (items.length - 1)) / (most - 1))]!,
      );

/** Share of the answers given and scored whose text is stored. A failed call gives no answer. */
function storedShare(data: RouterData, models: readonly number[]): number {
  let given = 0;
  let stored = 0;
  for (let row = 0; row < data.features.length; row++) {
    for (const index of models) {
      const cell = row * data.models.length + index;
      if (data.failed[cell] === 1 || Number.isNaN(data.score[cell]!)) continue;
      given++;
      if ((data.text[cell] ?? null) !== null) stored++;
    }
  }
  return given === 0 ? 0 : stored / given;
}

/** Why a verifier cannot work on these parts, as a clause; null if it can. */
export function textsMissing(
  models: readonly number[],
  ...parts: readonly RouterData[]
): string | null {
  for (const data of parts) {
    const share = storedShare(data, models);
    if (data.features.length > 0 && share < TEXTS_NEEDED) {
      return `a verifier reads answers, and the texts of ${(100 * share).toFixed(0)} % are stored`;
    }
  }
  return null;
}

/**
 * The verifier's opinion of every stored answer, by prompt and model, row-major; NaN without text.
 * @param models indices into the data's models, in the verifier's order
 */
export function confidences(
  data: RouterData,
  models: readonly number[],
  verifier: Verifier,
): Float64Array {
  const out = new Float64Array(data.features.length * models.length).fill(Number.NaN);
  data.features.forEach((features, row) => {
    models.forEach((index, position) => {
      const answer = data.text[row * data.models.length + index] ?? null;
      if (answer === null) return;
      out[row * models.length + position] = verifier.confidence(features, position, answer);
    });
  });
  return out;
}
