import type { Features } from '../../../features/index.js';
import { textKey } from '../requests/text-space.js';
import { mostSimilar, type Neighbours } from './most-similar.js';

/** How many neighbours are looked up; methods read as many of them as they want. */
export const MOST_NEIGHBOURS = 200;
/** What a weight of 1 is as a whole number. */
export const UNIT = 127;

/** A measure of how alike a request and each stored prompt are. */
export interface Likeness {
  /** How many prompts it holds. */
  readonly size: number;
  /** Adds the cosine with each row, times `UNIT` squared, as whole numbers. */
  addProducts(features: Features, products: Int32Array): void;
}

/** Where neighbours come from. */
export interface NeighbourSource {
  /** How many prompts it holds. */
  readonly size: number;
  /** Up to `MOST_NEIGHBOURS` of them. */
  nearest(features: Features): Neighbours;
  /** The same among all rows but some. */
  nearestExcept(features: Features, rows: ArrayLike<number>): Neighbours;
}

/** The prompts most like a request by the mean of some measures. */
export class NeighbourSearch implements NeighbourSource {
  readonly size: number;
  readonly #likenesses: readonly [Likeness, ...Likeness[]];
  readonly #products: Int32Array;
  readonly #found = new WeakMap<object, Neighbours>();

  /** @param likenesses of the same prompts */
  constructor(...likenesses: readonly [Likeness, ...Likeness[]]) {
    this.size = likenesses[0].size;
    this.#likenesses = likenesses;
    this.#products = new Int32Array(this.size);
  }

  /** Found once a text. */
  nearest(features: Features): Neighbours {
    const known = this.#found.get(textKey(features));
    if (known !== undefined) return known;
    const neighbours = this.nearestExcept(features, []);
    this.#found.set(textKey(features), neighbours);
    return neighbours;
  }

  nearestExcept(features: Features, rows: ArrayLike<number>): Neighbours {
    const products = this.#products;
    for (const likeness of this.#likenesses) likeness.addProducts(features, products);
    for (let at = 0; at < rows.length; at++) products[rows[at]!] = 0;
    const unit = this.#likenesses.length * UNIT * UNIT;
    const neighbours = mostSimilar(products, MOST_NEIGHBOURS, unit);
    products.fill(0);
    return neighbours;
  }
}
