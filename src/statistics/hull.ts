/** A point on the plane of cost against quality. */
export interface CostQuality {
  readonly cost: number;
  readonly quality: number;
}

/**
 * Indices of the points on the upper concave hull, from the cheapest to the best:
 * each further vertex costs more, is better, and gains less per unit of cost than the one before.
 * Of equal points the first counts. Points with a NaN are left out.
 */
export function upperHull(points: readonly CostQuality[]): number[] {
  const order = sortedByCost(points);
  const hull: number[] = [];
  for (const index of order) {
    const point = points[index]!;
    const last = hull.at(-1);
    if (last !== undefined && point.quality <= points[last]!.quality) continue;
    while (hull.length > 1 && !isConcave(points[hull.at(-2)!]!, points[hull.at(-1)!]!, point)) {
      hull.pop();
    }
    hull.push(index);
  }
  return hull;
}

/** Indices of the points that no other is at least as good as on both axes and better on one, by cost. */
export function paretoFrontier(points: readonly CostQuality[]): number[] {
  const frontier: number[] = [];
  let best = Number.NEGATIVE_INFINITY;
  let bestCost = Number.NaN;
  for (const index of sortedByCost(points)) {
    const { cost, quality } = points[index]!;
    if (quality > best || (quality === best && cost === bestCost)) {
      frontier.push(index);
      best = quality;
      bestCost = cost;
    }
  }
  return frontier;
}

/** By cost, then better first, then as given. */
function sortedByCost(points: readonly CostQuality[]): number[] {
  return points
    .map((_, index) => index)
    .filter((i) => !Number.isNaN(points[i]!.cost) && !Number.isNaN(points[i]!.quality))
    .sort(
      (a, b) =>
        points[a]!.cost - points[b]!.cost || points[b]!.quality - points[a]!.quality || a - b,
    );
}

function isConcave(a: CostQuality, b: CostQuality, c: CostQuality): boolean {
  return (b.quality - a.quality) * (c.cost - b.cost) > (c.quality - b.quality) * (b.cost - a.cost);
}
