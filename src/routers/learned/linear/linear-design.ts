import type { Features } from '../../../features/index.js';
import type { RouterData } from '../../router.js';
import type { RequestView } from '../requests/request-view.js';
import { RequestColumns } from './request-columns.js';

/**
 * Rows that a linear model is trained on: sparse columns first, then a dense block. The constant is
 * not among them.
 */
export interface LinearDesign {
  readonly rows: number;
  readonly sparse: number;
  readonly dense: number;
  /** Row `r` holds sparse entries `starts[r]` up to `starts[r + 1]`. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** Rows × dense columns. */
  readonly block: Float32Array;
}

/** Requests as rows of the given columns. */
export function designOf(columns: RequestColumns, prompts: readonly Features[]): LinearDesign {
  const starts = new Int32Array(prompts.length + 1);
  let room = 0;
  for (const features of prompts) room += RequestColumns.wordsIn(features);
  const indices = new Int32Array(room);
  const values = new Float32Array(room);
  const block = new Float32Array(prompts.length * columns.dense);
  let used = 0;
  prompts.forEach((features, row) => {
    used += columns.read(
      features,
      indices.subarray(used),
      values.subarray(used),
      block.subarray(row * columns.dense, (row + 1) * columns.dense),
    );
    starts[row + 1] = used;
  });
  return {
    rows: prompts.length,
    sparse: columns.words,
    dense: columns.dense,
    starts,
    indices: indices.slice(0, used),
    values: values.slice(0, used),
    block,
  };
}

export interface LearnedDesign {
  readonly columns: RequestColumns;
  readonly design: LinearDesign;
}

const learned = new WeakMap<RouterData, Map<string, LearnedDesign>>();

/** Columns learned on a part, and its prompts in them; made once however many routers ask. */
export function learnDesign(data: RouterData, view: RequestView): LearnedDesign {
  const ofData = learned.get(data) ?? new Map<string, LearnedDesign>();
  learned.set(data, ofData);
  const key = `${view.text} ${view.embedding}`;
  const known = ofData.get(key);
  if (known !== undefined) return known;
  const columns = RequestColumns.learn(data.features, view);
  const made = { columns, design: designOf(columns, data.features) };
  ofData.set(key, made);
  return made;
}
