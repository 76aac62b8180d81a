import type { RouterData } from '../../router.js';
import { RequestSpace, requestSpaceOf } from '../requests/request-space.js';
import { type RequestView, TEXT_VIEW } from '../requests/request-view.js';
import type { Centroids } from './centroids.js';
import { assign, kMeans } from './k-means.js';

export interface RequestClusters {
  readonly centroids: Centroids;
  /** Of each prompt; −1 where its text has nothing known in it. */
  readonly labels: Int32Array;
}

const spaces = new WeakMap<RouterData, Map<string, RequestSpace>>();

/** The space of a part's requests, learned once however many routers ask. */
export function spaceOf(data: RouterData, view: RequestView): RequestSpace {
  const ofData = spaces.get(data) ?? new Map<string, RequestSpace>();
  spaces.set(data, ofData);
  const key = `${view.text} ${view.embedding}`;
  const known = ofData.get(key) ?? new RequestSpace(requestSpaceOf(data, view));
  ofData.set(key, known);
  return known;
}

const found = new WeakMap<RouterData, Map<string, RequestClusters>>();

/** A part's prompts clustered by their text. */
export function textClusters(data: RouterData, clusters: number, seed: number): RequestClusters {
  return requestClusters(data, TEXT_VIEW, clusters, seed);
}

/** A part's prompts clustered, once however many routers ask. No score is looked at. */
export function requestClusters(
  data: RouterData,
  view: RequestView,
  clusters: number,
  seed: number,
): RequestClusters {
  const ofData = found.get(data) ?? new Map<string, RequestClusters>();
  found.set(data, ofData);
  const key = `${clusters} ${seed} ${view.text} ${view.embedding}`;
  const known = ofData.get(key);
  if (known !== undefined) return known;
  const space = spaceOf(data, view);
  const vectors = data.features.map((features) => space.vectorOf(features));
  const centroids = kMeans(vectors, { clusters, seed, dense: space.dense });
  const made = { centroids, labels: assign(vectors, centroids) };
  ofData.set(key, made);
  return made;
}
