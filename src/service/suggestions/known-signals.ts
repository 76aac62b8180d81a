import type { RoutingRequest, Signal, SignalSource } from '../../features/index.js';

/** Signals of 512 numbers are two kilobytes each. */
const MOST_KEPT = 4000;

const kept = new WeakMap<SignalSource, Map<string, Signal>>();

/** Whether reading it costs nobody anything. */
export const isFree = (source: SignalSource): boolean =>
  source.worstCost([{ messages: [{ role: 'user', content: 'price' }], domain: null }]) === 0;

/**
 * A signal of a free source, computed once for a prompt however often reports ask for it.
 * @param key the same for the same request only
 * @returns null where it could not be computed
 */
export async function signalOf(
  source: SignalSource,
  key: string,
  request: RoutingRequest,
): Promise<Signal | null> {
  const known = kept.get(source) ?? new Map<string, Signal>();
  kept.set(source, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const batch = await source.read([request], new AbortController().signal);
  const signal = 'signals' in batch ? batch.signals[0] : undefined;
  if (signal === undefined) return null;
  if (known.size >= MOST_KEPT) known.delete(known.keys().next().value ?? key);
  known.set(key, signal);
  return signal;
}
