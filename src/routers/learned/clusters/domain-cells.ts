import { z } from 'zod';
import { UserError } from '../../../user-error.js';
import {
  packedFloats,
  packedIndices,
  packFloats,
  packIndices,
  unpackFloats,
  unpackIndices,
} from '../../packed-numbers.js';
import { CellMeans } from './cell-means.js';

/** One entry a cell for domain and cluster; cells × models for counts and means. */
export const domainCellsSchema = z.strictObject({
  domains: packedIndices,
  clusters: packedIndices,
  counts: packedFloats,
  means: packedFloats,
});
export type DomainCellsDocument = z.output<typeof domainCellsSchema>;

/** Above any index of a cluster. */
const CLUSTERS = 2 ** 16;
const keyOf = (domain: number, cluster: number): number => domain * CLUSTERS + cluster;

/** What models gave in the prompts of one cluster in one domain, where there are any. */
export class DomainCells {
  readonly #keys: readonly number[];
  readonly #position: ReadonlyMap<number, number>;
  readonly #table: CellMeans;

  private constructor(keys: readonly number[], table: CellMeans) {
    this.#keys = keys;
    this.#position = new Map(keys.map((key, at) => [key, at]));
    this.#table = table;
  }

  /**
   * @param values prompts × models; NaN is passed over
   * @param paths each way to name the domain of each prompt: a prompt counts into a cell for each
   * @param clusterOf of each prompt; a prompt of a negative one is passed over
   */
  static of(
    values: Float64Array,
    models: number,
    paths: readonly Int32Array[],
    clusterOf: Int32Array,
  ): DomainCells {
    const keysBy = paths.map((domainOf) =>
      Array.from(clusterOf, (cluster, row) => (cluster < 0 ? -1 : keyOf(domainOf[row]!, cluster))),
    );
    const keys = [...new Set(keysBy.flat())].filter((key) => key >= 0).sort((a, b) => a - b);
    const position = new Map(keys.map((key, at) => [key, at]));
    const table = new CellMeans(keys.length, models);
    for (const path of keysBy)
      table.add(
        values,
        path.map((key) => position.get(key) ?? -1),
      );
    return new DomainCells(keys, table);
  }

  /** @throws UserError where the parts of the document do not fit together */
  static from(document: DomainCellsDocument, models: number): DomainCells {
    const domains = unpackIndices(document.domains);
    const clusters = unpackIndices(document.clusters);
    const counts = unpackFloats(document.counts);
    const means = unpackFloats(document.means);
    const expected = domains.length * models;
    const fits = counts.length === expected && means.length === expected;
    if (!fits || clusters.length !== domains.length || !means.every(Number.isFinite)) {
      throw new UserError(
        `Policy: \`levels\`: expected ${expected} counts and finite means for ${domains.length} cells and ${models} models, got ${counts.length} and ${means.length}: export the policy again`,
      );
    }
    const keys = Array.from(domains, (domain, cell) => keyOf(domain, clusters[cell]!));
    return new DomainCells(keys, CellMeans.from(means, counts, models));
  }

  /** See `CellMeans.pull`; nothing where there is no such cell. */
  pull(estimate: Float64Array, domain: number, cluster: number, strength: number): void {
    const cell = this.#position.get(keyOf(domain, cluster));
    if (cell !== undefined) this.#table.pull(estimate, cell, strength);
  }

  /** Prompts of a cell, by the model measured on most of them. */
  prompts(domain: number, cluster: number): number {
    const cell = this.#position.get(keyOf(domain, cluster));
    if (cell === undefined) return 0;
    let most = 0;
    for (let model = 0; model < this.#table.models; model++) {
      most = Math.max(most, this.#table.count(cell, model));
    }
    return most;
  }

  toDocument(): DomainCellsDocument {
    const { models, cells } = this.#table;
    const counts: number[] = [];
    const means: number[] = [];
    for (let cell = 0; cell < cells; cell++) {
      for (let model = 0; model < models; model++) {
        const count = this.#table.count(cell, model);
        counts.push(count);
        means.push(count === 0 ? 0 : this.#table.mean(cell, model));
      }
    }
    return {
      domains: packIndices(this.#keys.map((key) => Math.floor(key / CLUSTERS))),
      clusters: packIndices(this.#keys.map((key) => key % CLUSTERS)),
      counts: packFloats(counts),
      means: packFloats(means),
    };
  }
}
