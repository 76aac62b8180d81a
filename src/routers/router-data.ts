import type { RouterData } from './router.js';

/** The rows named, in that order. */
export function selectRows(data: RouterData, rows: ArrayLike<number>): RouterData {
  const width = data.models.length;
  const picked = Int32Array.from(rows);
  const score = new Float64Array(picked.length * width);
  const cost = new Float64Array(picked.length * width);
  const failed = new Uint8Array(picked.length * width);
  const text: (string | null)[] = [];
  picked.forEach((row, at) => {
    const from = row * width;
    score.set(data.score.subarray(from, from + width), at * width);
    cost.set(data.cost.subarray(from, from + width), at * width);
    failed.set(data.failed.subarray(from, from + width), at * width);
    for (let cell = from; cell < from + width; cell++) text.push(data.text[cell] ?? null);
  });
  return {
    models: data.models,
    features: Array.from(picked, (row) => data.features[row]!),
    score,
    cost,
    text,
    failed,
    groups: picked.map((row) => data.groups[row]!),
  };
}
