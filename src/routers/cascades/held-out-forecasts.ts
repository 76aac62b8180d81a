import { innerFolds } from '../learned/inner-folds.js';
import type { PredictorMethod } from '../learned/predictor.js';
import { meansByModel } from '../model-means.js';
import type { RouterData } from '../router.js';
import { selectRows } from '../router-data.js';

const FOLDS = 3;

/**
 * What a method expects of some rows when it has learned from other groups alone, by row and model.
 * A model's mean where it cannot learn.
 * @param rows of the data, ascending
 * @param models indices into the data's models
 */
export function heldOutForecasts<Document>(
  method: PredictorMethod<Document>,
  data: RouterData,
  rows: Int32Array,
  models: readonly number[],
  seed: number,
): Float64Array {
  const settings = method.settings.parse({});
  const foldOf = innerFolds(data.groups, FOLDS, seed);
  const all = Int32Array.from(foldOf, (_, row) => row);
  const out = new Float64Array(rows.length * models.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = Int32Array.from(rows, (_, at) => at).filter((at) => foldOf[rows[at]!] === fold);
    if (held.length === 0) continue;
    const rest = all.filter((row) => foldOf[row] !== fold);
    const train = selectRows(data, rest.length === 0 ? all : rest);
    const learned = method.learn(train, { seed, settings });
    const failed = typeof learned === 'object' && learned !== null && 'leftOut' in learned;
    const predictor = failed ? null : method.load(learned as Document, data.models.length);
    const means = meansByModel(train);
    for (const at of held) {
      const quality = predictor?.forecast(data.features[rows[at]!]!).quality;
      models.forEach((index, model) => {
        out[at * models.length + model] = quality?.[index] ?? means[index]!.quality;
      });
    }
  }
  return out;
}
