import { type CostQuality, upperHull } from '../statistics/index.js';

/** The models or policies between which quality gaps are measured. */
export interface Anchors {
  readonly weak: CostQuality;
  readonly strong: CostQuality;
}

/**
 * Average quality over a range of costs of the line through points, flat beyond both ends
 * (RouterBench's AIQ as the paper defines it, Hu et al. 2024; its code divides by the largest cost).
 * @param scale `log` averages over the logarithm of cost; NaN where the range touches 0
 * @returns NaN for a range without width or no points
 */
export function averageOverCost(
  points: readonly CostQuality[],
  [low, high]: readonly [number, number],
  scale: 'linear' | 'log',
): number {
  if (!(high > low) || points.length === 0 || (scale === 'log' && low <= 0)) return Number.NaN;
  const line = byCost(points);
  const whole = [
    { cost: Math.min(low, line[0]!.cost), quality: line[0]!.quality },
    ...line,
    { cost: Math.max(high, line.at(-1)!.cost), quality: line.at(-1)!.quality },
  ];
  let area = 0;
  for (let i = 1; i < whole.length; i++) {
    const a = whole[i - 1]!;
    const b = whole[i]!;
    const left = Math.max(a.cost, low);
    const right = Math.min(b.cost, high);
    if (!(right > left)) continue;
    const slope = (b.quality - a.quality) / (b.cost - a.cost);
    const intercept = a.quality - slope * a.cost;
    area +=
      scale === 'linear'
        ? (right - left) * (intercept + (slope * (left + right)) / 2)
        : intercept * Math.log(right / left) + slope * (right - left);
  }
  return area / (scale === 'linear' ? high - low : Math.log(high / low));
}

/** AIQ of the paper: over the hull of the points themselves, flat to the right. */
export function hullAverage(
  points: readonly CostQuality[],
  range: readonly [number, number],
): number {
  return averageOverCost(
    upperHull(points).map((i) => points[i]!),
    range,
    'linear',
  );
}

/**
 * Average performance gap recovered (RouteLLM, Ong et al. 2024): the mean over cost shares from the
 * weak model's (0) to the strong one's (1) of the quality gained, as a share of the gap.
 * Both models belong to the curve.
 */
export function averageGapRecovered(points: readonly CostQuality[], anchors: Anchors): number {
  const { weak, strong } = anchors;
  const average = averageOverCost([weak, ...points, strong], [weak.cost, strong.cost], 'linear');
  return (average - weak.quality) / (strong.quality - weak.quality);
}

/**
 * Call-performance threshold: the smallest cost share at which the curve reaches this share of the
 * quality gap. RouteLLM's code interpolates over quality, which is arbitrary on a curve that falls;
 * this is the first crossing, the same as on the running maximum. NaN where the gap is not positive.
 */
export function costToRecover(
  points: readonly CostQuality[],
  anchors: Anchors,
  share: number,
): number {
  const { weak, strong } = anchors;
  const gap = strong.quality - weak.quality;
  const width = strong.cost - weak.cost;
  if (!(gap > 0) || !(width > 0)) return Number.NaN;
  const target = weak.quality + share * gap;
  const line = byCost([weak, ...points, strong]).filter(
    ({ cost }) => cost >= weak.cost && cost <= strong.cost,
  );
  let previous: CostQuality | undefined;
  for (const point of line) {
    if (point.quality >= target) {
      if (previous === undefined || point.quality === previous.quality) {
        return (point.cost - weak.cost) / width;
      }
      const part = (target - previous.quality) / (point.quality - previous.quality);
      return (previous.cost + part * (point.cost - previous.cost) - weak.cost) / width;
    }
    previous = point;
  }
  return Number.NaN;
}

function byCost(points: readonly CostQuality[]): CostQuality[] {
  return [...points].sort((a, b) => a.cost - b.cost || a.quality - b.quality);
}
