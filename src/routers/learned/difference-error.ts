/**
 * Squared error of a forecast's differences between models on one prompt: how far truth less forecast
 * is from the same for all models measured. What is wrong for all alike turns no choice.
 * @param score prompts × models; NaN is passed over
 * @param forecast by model
 */
export function differenceError(score: Float64Array, row: number, forecast: Float64Array): number {
  const models = forecast.length;
  const from = row * models;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let model = 0; model < models; model++) {
    const error = score[from + model]! - forecast[model]!;
    if (Number.isNaN(error)) continue;
    count++;
    sum += error;
    squares += error * error;
  }
  return count === 0 ? 0 : squares - (sum * sum) / count;
}
