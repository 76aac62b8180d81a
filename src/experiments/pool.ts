/**
 * Runs `work` over the items, at most `width` at a time, starting them in order.
 * Stops starting more once `stopped()` says so or one throws; always waits for those under way,
 * then rethrows the first error.
 */
export async function pool<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
  stopped: () => boolean,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    while (failure === null && !stopped()) {
      const next = queue.next();
      if (next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const thrown = failure as { readonly error: unknown } | null;
  if (thrown !== null) throw thrown.error;
}
