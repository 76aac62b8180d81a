import type { RoutingRequest, Signal, SignalSource } from '../features/index.js';
import type { Meter } from './meter.js';
import { CLIENT_LEFT, Refusal } from './refusal.js';

/**
 * What something costs to know of a request: set aside, obtained, and booked with the operation.
 * @throws BudgetReached where its worst case does not fit under a budget; nothing was asked then
 * @throws Refusal 502 where it cannot be obtained; what that cost is booked
 */
export async function obtainSignal(
  source: SignalSource,
  request: RoutingRequest,
  meter: Pick<Meter, 'reserve' | 'add'>,
  stop: AbortSignal,
): Promise<Signal> {
  const worst = source.worstCost([request]);
  const reservation = meter.reserve(worst);
  let spent = worst;
  try {
    const batch = await source.read([request], stop);
    // What is unknown counts as the worst.
    spent = batch.usage.reduce((sum, { cost }) => sum + (cost ?? worst), 0);
    meter.add(batch.usage);
    if ('failure' in batch) throw stop.aborted ? CLIENT_LEFT : NO_SIGNAL;
    return batch.signals[0]!;
  } finally {
    reservation.settle(spent);
  }
}

/** A signal is named by where it is obtained, which is no business of the caller's. */
const NO_SIGNAL = new Refusal('routing', {
  status: 502,
  message:
    'The routing table decides by a signal which cannot be obtained now; name a model, or ask again later.',
  code: 'routing_failed',
});
