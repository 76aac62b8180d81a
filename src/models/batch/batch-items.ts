import type { BatchApi, BatchItem } from '../batch.js';
import { refuseReserved } from '../live-model.js';

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** What the custom ids of a batch begin with. */
export function idPrefix(token: string): string {
  return `${token}-`;
}

/**
 * @throws RangeError for a batch that the provider would refuse, naming what is wrong
 * @throws ModelError for an item with a parameter that cannot be passed on
 */
export function checkItems(
  items: readonly BatchItem[],
  token: string,
  { limits, bytesOf }: Pick<BatchApi, 'limits' | 'bytesOf'>,
  reserved: readonly string[],
): void {
  if (items.length === 0 || items.length > limits.items) {
    throw new RangeError(`Expected 1 to ${limits.items} items, got ${items.length}`);
  }
  const ids = new Set<string>();
  let bytes = 0;
  for (const item of items) {
    const { id, request } = item;
    if (!ID.test(id) || !id.startsWith(idPrefix(token)) || ids.has(id)) {
      throw new RangeError(
        `Expected an item's id to be unique, to begin with "${idPrefix(token)}" and to hold at most 64 letters, digits, _ and -, got "${id}"`,
      );
    }
    ids.add(id);
    refuseReserved(request.parameters, reserved);
    bytes += bytesOf(item);
  }
  if (bytes > limits.bytes) {
    throw new RangeError(`Expected at most ${limits.bytes} bytes of items, got ${bytes}`);
  }
}
