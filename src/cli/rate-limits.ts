import type { Experiment, ModelEntry, RateLimits } from '../experiments/index.js';
import type { LaneLimits } from '../models/index.js';

/**
 * The lane of a model that has limits of its own: they hold for it alone, not for all models of its
 * provider, but wherever it is asked, be it to answer or to judge. Null where it has none.
 */
export function ownLane(entry: ModelEntry, experiment: Experiment): string | null {
  const limited = asked(experiment).some(
    (other) => laneOf(other) === laneOf(entry) && isLimited(other),
  );
  return limited ? laneOf(entry) : null;
}

/** Limits by lane; where a model is named with several, the strictest hold. */
export function limitsByLane(
  experiment: Experiment,
): Readonly<Record<string, Partial<LaneLimits>>> {
  const lanes = new Map<string, RateLimits>();
  for (const entry of asked(experiment)) {
    if (!isLimited(entry)) continue;
    const { rateLimits } = entry;
    const known = lanes.get(laneOf(entry));
    lanes.set(laneOf(entry), known === undefined ? rateLimits : strictest(known, rateLimits));
  }
  return Object.fromEntries(
    [...lanes].map(([lane, { requestsPerMinute, tokensPerMinute, maxConcurrency }]) => [
      lane,
      {
        requestsPerMinute,
        tokensPerMinute,
        ...(maxConcurrency === null ? {} : { maxConcurrency }),
      },
    ]),
  );
}

function asked({ models, judges }: Experiment): readonly ModelEntry[] {
  return [...models, ...judges.flatMap((one) => (one.kind === 'rubric' ? [one.modelEntry] : []))];
}

function laneOf({ id, baseUrl }: ModelEntry): string {
  return baseUrl === null ? id : `${id} at ${baseUrl}`;
}

function isLimited({ rateLimits }: ModelEntry): boolean {
  return Object.values(rateLimits).some((limit) => limit !== null);
}

function strictest(a: RateLimits, b: RateLimits): RateLimits {
  return {
    requestsPerMinute: least(a.requestsPerMinute, b.requestsPerMinute),
    tokensPerMinute: least(a.tokensPerMinute, b.tokensPerMinute),
    maxConcurrency: least(a.maxConcurrency, b.maxConcurrency),
  };
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
