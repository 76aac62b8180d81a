import type { CostQuality, Curve } from '../statistics/index.js';

/** The models between which quality gaps are measured. */
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
  { cost, quality, size }: Curve,
  [low, high]: readonly [number, number],
  scale: 'linear' | 'log',
): number {
  if (!(high > low) || size === 0 || (scale === 'log' && low <= 0)) return Number.NaN;
  const first = Math.min(Math.max(cost[0]!, low), high);
  const last = Math.min(Math.max(cost[size - 1]!, low), high);
  const width = (from: number, to: number): number =>
    scale === 'linear' ? to - from : Math.log(to / from);
  let area = quality[0]! * width(low, first) + quality[size - 1]! * width(last, high);
  for (let i = 1; i < size; i++) {
    const left = Math.max(cost[i - 1]!, low);
    const right = Math.min(cost[i]!, high);
    if (!(right > left)) continue;
    const slope = (quality[i]! - quality[i - 1]!) / (cost[i]! - cost[i - 1]!);
    const intercept = quality[i - 1]! - slope * cost[i - 1]!;
    area +=
      scale === 'linear'
        ? (right - left) * (intercept + (slope * (left + right)) / 2)
        : intercept * Math.log(right / left) + slope * (right - left);
  }
  return area / width(low, high);
}

/**
 * Average performance gap recovered (RouteLLM, Ong et al. 2024): the mean over cost shares from the
 * weak model's (0) to the strong one's (1) of the quality gained, as a share of the gap.
 * @param curve both models belong to it
 */
export function averageGapRecovered(curve: Curve, { weak, strong }: Anchors): number {
  const average = averageOverCost(curve, [weak.cost, strong.cost], 'linear');
  return (average - weak.quality) / (strong.quality - weak.quality);
}

/**
 * Call-performance threshold: the smallest cost share at which the curve reaches this share of the
 * quality gap. RouteLLM's code interpolates over quality, which is arbitrary on a curve that falls;
 * this is the first crossing, the same as on the running maximum. NaN where the gap is not positive.
 * @param curve both models belong to it
 */
export function costToRecover(
  { cost, quality, size }: Curve,
  { weak, strong }: Anchors,
  share: number,
): number {
  const gap = strong.quality - weak.quality;
  const width = strong.cost - weak.cost;
  if (!(gap > 0) || !(width > 0)) return Number.NaN;
  const target = weak.quality + share * gap;
  let previous = -1;
  for (let i = 0; i < size; i++) {
    if (cost[i]! < weak.cost || cost[i]! > strong.cost) continue;
    if (quality[i]! >= target) {
      if (previous < 0 || quality[i]! === quality[previous]!) return (cost[i]! - weak.cost) / width;
      const part = (target - quality[previous]!) / (quality[i]! - quality[previous]!);
      return (cost[previous]! + part * (cost[i]! - cost[previous]!) - weak.cost) / width;
    }
    previous = i;
  }
  return Number.NaN;
}
