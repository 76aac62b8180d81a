import { blendedPrice } from '../costs/index.js';
import { didYouMean } from '../did-you-mean.js';
import type { Upstream } from '../models/index.js';
import { UserError } from '../user-error.js';

export interface ChainOptions {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** By id. */
  readonly fallbacks: Readonly<Record<string, readonly string[]>>;
  /** Those that the policy of the routing table may call; none where there is no table. */
  readonly candidates: readonly Upstream[];
}

/** Who is asked for an answer, in which order. */
export interface FallbackChains {
  /** A model that the caller named, and what it allows in its place. */
  named(upstream: Upstream): readonly Upstream[];
  /** A model that the policy chose, and what is asked in its place. */
  chosen(upstream: Upstream): readonly Upstream[];
}

/**
 * A model's own fallbacks where it has some. A named model without any is not replaced; one that the
 * policy chose is by the policy's other models: the next dearer first, as an answer that is too good
 * does less harm than one that is not good enough, then the cheaper ones.
 * @throws UserError for a fallback that is not served
 */
export function fallbackChains({ upstreams, fallbacks, candidates }: ChainOptions): FallbackChains {
  const configured = new Map<Upstream, readonly Upstream[]>();
  for (const [id, names] of Object.entries(fallbacks)) {
    const first = served(id, 'fallbacks of', upstreams);
    const others = names.map((name) => served(name, `fallback of "${id}",`, upstreams));
    if (others.length > 0) configured.set(first, [...new Set([first, ...others])]);
  }
  // A table can know one model by two names.
  const ofPolicy = [...new Set(candidates)];
  const chosen = new Map(
    ofPolicy.map((first) => [first, configured.get(first) ?? byPrice(first, ofPolicy)]),
  );
  return {
    named: (upstream) => configured.get(upstream) ?? [upstream],
    chosen: (upstream) => chosen.get(upstream) ?? [upstream],
  };
}

function byPrice(first: Upstream, all: readonly Upstream[]): readonly Upstream[] {
  const price = blendedPrice(first.pricing);
  const priced = all
    .filter((other) => other !== first)
    .map((upstream) => ({ upstream, price: blendedPrice(upstream.pricing) }));
  const dearer = priced.filter((other) => other.price >= price).sort((a, b) => a.price - b.price);
  const cheaper = priced.filter((other) => other.price < price).sort((a, b) => b.price - a.price);
  return [first, ...[...dearer, ...cheaper].map(({ upstream }) => upstream)];
}

function served(id: string, what: string, upstreams: ReadonlyMap<string, Upstream>): Upstream {
  const upstream = upstreams.get(id);
  if (upstream !== undefined) return upstream;
  throw new UserError(
    `The ${what} "${id}" is not among the models served${didYouMean(id, upstreams.keys())}`,
  );
}
