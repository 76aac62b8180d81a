import { sumNano, toUsd, worstCost } from '../costs/index.js';
import type { AskModel, Model } from '../models/index.js';
import { complexityQuestion, readComplexity } from './complexity-reading.js';
import type { SignalSource } from './signal-source.js';
import { signalId } from './signal-spec.js';

const CONCURRENCY = 16;

/**
 * Asks a model how demanding each request is. A reply that is no rating, and a request that the model
 * refuses, leave the signal without values, charged all the same: asked again it would say the same.
 */
export function complexitySource(model: Model, ask: AskModel): SignalSource {
  const { pricing } = model;
  return {
    id: signalId({ kind: 'complexity', model: model.id, baseUrl: model.baseUrl }),
    simulated: model.origin === 'simulated',
    batchSize: 1,
    concurrency: CONCURRENCY,
    worstCost: (requests) =>
      pricing === null
        ? 0
        : sumNano(
            requests.map((request) => {
              const question = complexityQuestion(request);
              const { maxTokens } = question.parameters;
              return worstCost({ inputTokens: model.countInput(question), maxTokens }, pricing);
            }),
          ),
    async read([request], abort) {
      if (request === undefined) return { usage: [], signals: [] };
      const result = await ask(complexityQuestion(request), abort);
      const { usage } = result;
      if (!result.ok && result.error.kind !== 'invalid_request') {
        return { usage, failure: result.error.message };
      }
      const reading = result.ok ? readComplexity(result.answer.text) : null;
      const cost = toUsd(sumNano(usage.map((record) => record.cost ?? 0)));
      const values = Float32Array.from(reading === null ? [] : [reading]);
      return { usage, signals: [{ values, cost, latency: result.latencyMs }] };
    },
  };
}
