import {
  type NanoUsd,
  type Purpose,
  priceUsage,
  type TokenUsage,
  type UsageRecord,
  worstCost,
} from '../costs/index.js';
import type { Clock } from './clock.js';
import type { Model, ModelAnswer, ModelRequest } from './model.js';
import { ModelError } from './model-error.js';

/** The most that an attempt can take, known before it is sent. */
export interface WorstCase {
  readonly usage: TokenUsage;
  /** 0 for a recorded model, which costs nothing to ask. */
  readonly cost: NanoUsd;
}

export function worstCaseOf(model: Model, request: ModelRequest): WorstCase {
  const { maxTokens } = request.parameters;
  const inputTokens = model.countInput(request);
  return {
    usage: { input: inputTokens, cachedInput: 0, cacheWrite: 0, output: maxTokens, reasoning: 0 },
    cost: model.pricing === null ? 0 : worstCost({ inputTokens, maxTokens }, model.pricing),
  };
}

/** What every record of an attempt says besides its price. */
export interface AttemptHead {
  readonly operationId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly runId: string;
  readonly purpose: Purpose;
}

/** An attempt that was made, and its record where it was or may have been billed. */
export type MeteredAttempt = {
  readonly record: UsageRecord | null;
  readonly latencyMs: number;
} & (
  | { readonly end: 'answer'; readonly answer: ModelAnswer }
  | { readonly end: 'error'; readonly error: ModelError }
  /** Something that no provider does: a mistake of this program. */
  | { readonly end: 'mistake'; readonly mistake: unknown }
);

/** Makes one attempt and meters it. Never rejects. */
export async function meteredAttempt(
  model: Model,
  request: ModelRequest,
  worst: WorstCase,
  head: AttemptHead,
  clock: Clock,
  signal: AbortSignal,
): Promise<MeteredAttempt> {
  const start = clock.now();
  const startedAt = new Date(start).toISOString();
  const elapsed = (): number => Math.max(0, clock.now() - start);
  const common = { ...head, origin: model.origin, model: model.id, startedAt };
  /** Sent, perhaps billed, and no count came back: booked at the worst case. */
  const uncounted = (error: string | null, latencyMs: number): UsageRecord => {
    const { usage, cost } = worst;
    const { pricing } = model;
    return { ...common, usage, cost, estimated: true, pricing, error, latencyMs };
  };
  try {
    const answer = await model.attempt(request, signal);
    const latencyMs = answer.latencyMs ?? elapsed();
    const price = priceOf(model, answer);
    const record =
      price === null
        ? uncounted(null, latencyMs)
        : { ...common, ...price, estimated: false, error: null, latencyMs };
    return { end: 'answer', answer, record, latencyMs };
  } catch (error) {
    const latencyMs = elapsed();
    if (!(error instanceof ModelError)) {
      const record = uncounted('unexpected', latencyMs);
      return { end: 'mistake', mistake: error, record, latencyMs };
    }
    const record = error.mayBeBilled ? uncounted(error.kind, latencyMs) : null;
    return { end: 'error', error, record, latencyMs };
  }
}

/** The cost that came with the answer, or that of its counts; null where it has neither. */
function priceOf(
  { pricing }: Model,
  { usage, cost }: ModelAnswer,
): Pick<UsageRecord, 'usage' | 'cost' | 'pricing'> | null {
  if (pricing === null || cost !== null) return { usage, cost, pricing: null };
  return usage === null ? null : { usage, cost: priceUsage(usage, pricing), pricing };
}
