import {
  type BatchApi,
  type BatchItem,
  type BatchResult,
  createAnswerKey,
  createModel,
  type ModelApi,
  type ModelSpec,
  openBatchApi,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '../../../src/models/index.js';
import { balancedSet } from '../simulated/balanced-set.js';

export const never = new AbortController().signal;
export const APIS = ['openai', 'anthropic'] as const;
/** Not the stand-in's refused one; it may appear in no error. */
export const KEY = 'sk-test-secret-0123456789';
const prompts = balancedSet();

export async function startBatches(options: Partial<StandInOptions> = {}): Promise<StandIn> {
  return startStandIn({ answerKey: createAnswerKey(prompts), seed: 1, ...options });
}

export async function openBatches(url: string, api: ModelApi, env = { TEST_API_KEY: KEY }) {
  const spec: ModelSpec = {
    id: 'simulated/large',
    baseUrl: `${url}/v1`,
    apiKeyEnv: 'TEST_API_KEY',
    pricing: null,
    api,
    timeoutMs: 5_000,
  };
  const batches = await openBatchApi(spec, { env });
  if (batches === null) throw new Error('Expected a batch API');
  return { batches, model: await createModel(spec, { env }) };
}

/** Items of a batch, each of another prompt. */
export function itemsOf(token: string, count: number): BatchItem[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `${token}-${at}`,
    request: {
      messages: prompts[at]!.messages,
      parameters: { maxTokens: 300, temperature: 0 },
      trial: 1,
    },
  }));
}

/** Looks at a batch until it is over; the states that it was found in. */
export async function waitFor(batches: BatchApi, id: string): Promise<string[]> {
  const states: string[] = [];
  for (let looks = 0; looks < 20; looks++) {
    const { state } = await batches.status(id, never);
    states.push(state);
    if (state !== 'in_progress' && state !== 'cancelling') return states;
  }
  throw new Error(`Expected batch ${id} to end, got ${states.join(', ')}`);
}

export async function collect(
  batches: BatchApi,
  id: string,
  items: readonly BatchItem[],
): Promise<Map<string, BatchResult>> {
  const results = new Map<string, BatchResult>();
  for await (const result of batches.results(id, items, never)) results.set(result.id, result);
  return results;
}
