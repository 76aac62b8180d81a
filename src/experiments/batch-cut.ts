import type { BatchApi, BatchItem } from '../models/index.js';
import { type PlannedCell, requestOf } from './plan.js';

/** Cells that go into one batch, and what the provider calls them. */
export interface Cut<Entry> {
  readonly token: string;
  readonly items: readonly { readonly id: string; readonly entry: Entry }[];
}

/**
 * Cuts cells of one model into batches that keep the API's limits, in their order.
 * @param newToken a new one for each batch, all of one length
 */
export function cutBatches<Entry extends { readonly cell: PlannedCell }>(
  entries: readonly Entry[],
  api: Pick<BatchApi, 'limits' | 'bytesOf'>,
  newToken: () => string,
): { readonly cuts: readonly Cut<Entry>[]; readonly tooLarge: readonly Entry[] } {
  const { limits } = api;
  const cuts: { token: string; items: { id: string; entry: Entry }[] }[] = [];
  const tooLarge: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = cuts.at(-1);
    const request = requestOf(entry.cell);
    if (last !== undefined && last.items.length < limits.items) {
      const item: BatchItem = { id: `${last.token}-${last.items.length}`, request };
      const size = api.bytesOf(item);
      if (bytes + size <= limits.bytes) {
        last.items.push({ id: item.id, entry });
        bytes += size;
        continue;
      }
    }
    const token = newToken();
    const id = `${token}-0`;
    const size = api.bytesOf({ id, request });
    if (size > limits.bytes) {
      tooLarge.push(entry);
      continue;
    }
    cuts.push({ token, items: [{ id, entry }] });
    bytes = size;
  }
  return { cuts, tooLarge };
}
