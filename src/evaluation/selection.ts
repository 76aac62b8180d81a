import type { Contender, FittedFold } from './fit-fold.js';

/** What one fold's tune part chose. Nothing here has looked at a test part. */
export interface Selection {
  readonly reference: Contender;
  /** The cheapest model that keeps the reference's quality within the margin; may be the reference. */
  readonly constant: Contender;
  /** One operating point for each router. */
  readonly operating: ReadonlyMap<string, Contender>;
  /** The cheapest setting of each router that keeps the reference's quality in full; null where none does. */
  readonly keeping: ReadonlyMap<string, Contender | null>;
  /** The operating point that the verdict is about; null where no router offers one that routes. */
  readonly candidate: Contender | null;
}

/** Chooses on tune: the reference model, each router's operating point, and the verdict's candidate. */
export function select(fitted: FittedFold, margin: number): Selection {
  const reference = fitted.always[fitted.reference]!;
  const floor = reference.tuneQuality - margin;
  const operating = new Map<string, Contender>();
  const keeping = new Map<string, Contender | null>();
  for (const [router, dial] of fitted.routers) {
    const routing = dial.filter((contender) => !contender.constant);
    operating.set(router, cheapestWithin(routing.length > 0 ? routing : dial, floor));
    const kept = dial.filter(({ tuneQuality }) => tuneQuality >= reference.tuneQuality - 1e-12);
    keeping.set(router, kept.length === 0 ? null : cheapestWithin(kept, floor));
  }
  const routing = [...operating.values()].filter((contender) => !contender.constant);
  return {
    reference,
    constant: cheapestWithin(fitted.always, floor),
    operating,
    keeping,
    candidate: routing.length === 0 ? null : cheapestWithin(routing, floor),
  };
}

/** Lowest tune cost among those whose tune quality reaches the floor; the best where none does. Ties: the better, then the first. */
function cheapestWithin(contenders: readonly Contender[], floor: number): Contender {
  const within = contenders.filter(({ tuneQuality }) => tuneQuality >= floor - 1e-12);
  const better = (a: Contender, b: Contender): boolean =>
    within.length > 0
      ? a.tuneCost < b.tuneCost || (a.tuneCost === b.tuneCost && a.tuneQuality > b.tuneQuality)
      : a.tuneQuality > b.tuneQuality ||
        (a.tuneQuality === b.tuneQuality && a.tuneCost < b.tuneCost);
  return (within.length > 0 ? within : contenders).reduce((best, contender) =>
    better(contender, best) ? contender : best,
  );
}
