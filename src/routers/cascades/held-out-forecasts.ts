import { heldOutParts, isLeftOut, learnWithout } from '../learned/held-out.js';
import { learnOnce } from '../learned/learn-once.js';
import type { PredictorMethod } from '../learned/predictor.js';
import { meansByModel } from '../model-means.js';
import type { RouterData } from '../router.js';

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
  const means = meansByModel(data);
  const out = Float64Array.from(
    { length: rows.length * models.length },
    (_, cell) => means[models[cell % models.length]!]!.quality,
  );
  const options = { seed, settings: method.settings.parse({}) };
  const onAll = learnOnce(method, data, options);
  if (isLeftOut(onAll)) return out;
  const position = new Map(Array.from(rows, (row, at) => [row, at]));
  for (const part of heldOutParts(data, seed)) {
    const held = part.rows.filter((row) => position.has(row));
    const predictor = held.length === 0 ? null : learnWithout(method, part, onAll, options);
    if (predictor === null) continue;
    for (const row of held) {
      const { quality } = predictor.forecast(data.features[row]!);
      const from = position.get(row)! * models.length;
      models.forEach((index, model) => {
        out[from + model] = quality[index]!;
      });
    }
  }
  return out;
}
