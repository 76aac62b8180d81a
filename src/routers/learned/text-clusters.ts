import type { RouterData } from '../router.js';
import type { Centroids } from './centroids.js';
import { assign, kMeans } from './k-means.js';
import { textSpaceOf } from './text-space.js';

export interface TextClusters {
  readonly centroids: Centroids;
  /** Of each prompt; −1 where its text has nothing known in it. */
  readonly labels: Int32Array;
}

const found = new WeakMap<RouterData, Map<string, TextClusters>>();

/** A part's prompts clustered by their text, once however many routers ask. No score is looked at. */
export function textClusters(data: RouterData, clusters: number, seed: number): TextClusters {
  const ofData = found.get(data) ?? new Map<string, TextClusters>();
  found.set(data, ofData);
  const key = `${clusters} ${seed}`;
  const known = ofData.get(key);
  if (known !== undefined) return known;
  const space = textSpaceOf(data);
  const vectors = data.features.map((features) => space.vectorOf(features));
  const centroids = kMeans(vectors, { clusters, seed });
  const made = { centroids, labels: assign(vectors, centroids) };
  ofData.set(key, made);
  return made;
}
