import { z } from 'zod';
import type { Features } from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import { packedFloats } from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { Centroids, centroidsSchema } from '../clusters/centroids.js';
import { TextSpace, textSpaceOf } from '../requests/text-space.js';
import { declaredDomains, undeclared } from './declared-domains.js';

/** Entries that the centroid of a domain keeps. */
const KEEP = 2048;

export const domainClassifierSchema = z.strictObject({
  domains: z.array(z.string()).min(1).max(60_000),
  /** Where a text has nothing known in it. */
  commonest: z.int().min(0),
  idf: packedFloats,
  centroids: centroidsSchema,
});
export type DomainClassifierDocument = z.output<typeof domainClassifierSchema>;

/**
 * Tells the domain of a request by its text alone: that of the most similar centroid of tf-idf vectors
 * (Rocchio; Han and Karypis, "Centroid-Based Document Classification", PKDD 2000).
 */
export class DomainClassifier {
  readonly #document: DomainClassifierDocument;
  readonly #space: TextSpace;
  readonly #centroids: Centroids;
  readonly #scratch: Float64Array;
  readonly #relabelled = new WeakMap<Features, Features>();

  /** @throws UserError where the parts of the document do not fit together */
  constructor(document: DomainClassifierDocument) {
    this.#document = document;
    this.#space = TextSpace.fromDocument(document.idf);
    this.#centroids = new Centroids(document.centroids);
    this.#scratch = new Float64Array(this.#centroids.count);
    const { domains, commonest } = document;
    if (this.#centroids.count !== domains.length || commonest >= domains.length) {
      throw new UserError(
        `Policy: \`parameters.classifier\`: expected a centroid for each of ${domains.length} domains and \`commonest\` below that, got ${this.#centroids.count} and ${commonest}: export the policy again`,
      );
    }
  }

  domainOf(features: Features): string {
    const vector = this.#space.vectorOf(features);
    const nearest = this.#centroids.nearest(vector, this.#scratch);
    return this.#document.domains[nearest < 0 ? this.#document.commonest : nearest]!;
  }

  /** The same request as of the domain told; made once a request. */
  relabel(features: Features): Features {
    const known = this.#relabelled.get(features);
    if (known !== undefined) return known;
    const relabelled = { ...features, domain: this.domainOf(features) };
    this.#relabelled.set(features, relabelled);
    return relabelled;
  }

  toDocument(): DomainClassifierDocument {
    return this.#document;
  }
}

const fitted = new WeakMap<RouterData, DomainClassifier | { readonly leftOut: string }>();

/** Learns from a part's declared domains, once however many routers ask. */
export function domainClassifierOf(
  data: RouterData,
): DomainClassifier | { readonly leftOut: string } {
  const known = fitted.get(data);
  if (known !== undefined) return known;
  const made = fitClassifier(data);
  fitted.set(data, made);
  return made;
}

function fitClassifier(data: RouterData): DomainClassifier | { readonly leftOut: string } {
  const { names, labels, without } = declaredDomains(data);
  if (without > 0) return { leftOut: undeclared(data, without) };
  if (names.length < 2) return { leftOut: 'the prompts to learn from are of one domain' };
  const space = textSpaceOf(data);
  const vectors = data.features.map((features) => space.vectorOf(features));
  const prompts = new Float64Array(names.length);
  for (const label of labels) prompts[label]!++;
  return new DomainClassifier({
    domains: [...names],
    commonest: prompts.indexOf(Math.max(...prompts)),
    idf: space.toDocument(),
    centroids: Centroids.of(vectors, labels, names.length, KEEP).toDocument(),
  });
}
