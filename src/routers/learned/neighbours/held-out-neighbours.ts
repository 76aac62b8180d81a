import { createRng } from '../../../statistics/index.js';
import type { RouterData } from '../../router.js';
import { type RequestView, TEXT_VIEW } from '../requests/request-view.js';
import type { Neighbours } from './most-similar.js';
import { indexRequests, loadNeighbours } from './request-neighbours.js';

/** More would make fitting slower and hardly change what is chosen. */
const MOST_ROWS_HELD_OUT = 4000;

/** One prompt and its neighbours in all groups but its own: near-duplicates do not vouch for each other. */
export interface HeldOut {
  readonly row: number;
  readonly neighbours: Neighbours;
}

const found = new WeakMap<RouterData, Map<string, readonly HeldOut[]>>();

/**
 * Leave-one-group-out: each prompt of a part, or of a sample of it where it is large, with the
 * neighbours that it would have had as a new prompt. The same for whoever asks first or later.
 */
export function heldOutNeighbours(
  data: RouterData,
  view: RequestView = TEXT_VIEW,
): readonly HeldOut[] {
  const ofData = found.get(data) ?? new Map<string, readonly HeldOut[]>();
  found.set(data, ofData);
  const key = `${view.text} ${view.embedding}`;
  const known = ofData.get(key);
  if (known !== undefined) return known;
  const index = loadNeighbours(indexRequests(data, view));
  const members = new Map<number, number[]>();
  data.groups.forEach((group, row) => {
    const rows = members.get(group);
    if (rows === undefined) members.set(group, [row]);
    else rows.push(row);
  });
  const heldOut = sampleRows(data.features.length).map((row) => ({
    row,
    neighbours: index.nearestExcept(data.features[row]!, members.get(data.groups[row]!)!),
  }));
  ofData.set(key, heldOut);
  return heldOut;
}

/** Ascending; all rows where there are few enough. */
function sampleRows(rows: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  if (rows <= MOST_ROWS_HELD_OUT) return all;
  const rng = createRng('held-out-neighbours', rows);
  for (let at = 0; at < MOST_ROWS_HELD_OUT; at++) {
    const other = at + rng.below(rows - at);
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all.slice(0, MOST_ROWS_HELD_OUT).sort((a, b) => a - b);
}
