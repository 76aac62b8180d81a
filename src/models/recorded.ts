import type { NanoUsd, TokenUsage } from '../costs/index.js';
import type { Model, ModelRequest } from './model.js';
import { ModelError } from './model-error.js';

/** One stored answer of an imported run. Null where the recording holds none. */
export interface RecordedAnswer {
  readonly text: string | null;
  /** In [0, 1]. */
  readonly score: number | null;
  readonly cost: NanoUsd | null;
  readonly latencyMs: number | null;
  readonly usage: TokenUsage | null;
}

/** Finds what `model` (an id without `recorded/`) answered to a request. */
export type RecordedLookup = (model: string, request: ModelRequest) => RecordedAnswer | null;

/**
 * A model that serves the answers, scores and costs of an imported run. It costs nothing to ask;
 * the recorded cost comes with the answer.
 * @param id `recorded/NAME`, where NAME is the model's id in that run
 */
export function createRecordedModel(id: string, lookup: RecordedLookup): Model {
  const name = id.replace(/^recorded\//, '');
  return {
    id,
    origin: 'recorded',
    pricing: null,
    baseUrl: null,
    rateLimitKey: 'recorded',
    supportsBatch: false,
    countInput: () => 0,
    async attempt(request) {
      const recorded = lookup(name, request);
      if (recorded === null) {
        throw new ModelError(
          'invalid_request',
          `nothing is recorded of "${name}" for this prompt in trial ${request.trial}`,
        );
      }
      return {
        text: recorded.text ?? '',
        finishReason: 'stop',
        usage: recorded.usage,
        latencyMs: recorded.latencyMs ?? 0,
        cost: recorded.cost,
        recordedScore: recorded.score,
        lacks: [
          ...(recorded.text === null ? ['text' as const] : []),
          ...(recorded.latencyMs === null ? ['latency' as const] : []),
        ],
      };
    },
  };
}
