/**
 * Points on the plane of cost against quality in ascending order of cost (of equal costs, the worse
 * first), in typed arrays that are filled anew for one resample after another.
 */
export class Curve {
  readonly cost: Float64Array;
  readonly quality: Float64Array;
  size = 0;

  /** @param capacity most points it will hold */
  constructor(capacity: number) {
    this.cost = new Float64Array(capacity);
    this.quality = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 0;
  }

  /** Puts a point in its place; fast where points come roughly by cost. One with a NaN is left out. */
  add(cost: number, quality: number): void {
    if (Number.isNaN(cost) || Number.isNaN(quality)) return;
    let at = this.size++;
    for (; at > 0; at--) {
      const before = this.cost[at - 1]!;
      if (before < cost || (before === cost && this.quality[at - 1]! <= quality)) break;
      this.cost[at] = before;
      this.quality[at] = this.quality[at - 1]!;
    }
    this.cost[at] = cost;
    this.quality[at] = quality;
  }

  /** Keeps the vertices of the upper concave hull, as `upperHull` finds them. */
  keepHull(): void {
    const { cost, quality } = this;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      const x = cost[i]!;
      const y = quality[i]!;
      if (kept > 0 && y <= quality[kept - 1]!) continue;
      if (kept > 0 && x === cost[kept - 1]!) kept--;
      while (kept > 1) {
        const rise = quality[kept - 1]! - quality[kept - 2]!;
        const run = cost[kept - 1]! - cost[kept - 2]!;
        if (rise * (x - cost[kept - 1]!) > (y - quality[kept - 1]!) * run) break;
        kept--;
      }
      cost[kept] = x;
      quality[kept++] = y;
    }
    this.size = kept;
  }

  /** Quality at a cost on the line through the points, flat beyond both ends; of points at one cost the best counts. NaN for no points. */
  at(cost: number): number {
    if (this.size === 0 || Number.isNaN(cost)) return Number.NaN;
    if (cost < this.cost[0]!) return this.quality[0]!;
    let i = this.size - 1;
    while (cost < this.cost[i]!) i--;
    const left = this.cost[i]!;
    if (i === this.size - 1 || cost === left) return this.quality[i]!;
    const share = (cost - left) / (this.cost[i + 1]! - left);
    return this.quality[i]! + share * (this.quality[i + 1]! - this.quality[i]!);
  }
}
