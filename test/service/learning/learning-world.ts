import { CostTracker } from '../../../src/costs/index.js';
import { rubrics } from '../../../src/judges/index.js';
import { type Model, systemClock } from '../../../src/models/index.js';
import type { Policy } from '../../../src/policies/index.js';
import { policyFromDocument } from '../../../src/routers/index.js';
import {
  type GatewayOptions,
  type LearnedStateStore,
  type Learning,
  type LearningConfig,
  type LearningEvent,
  type LiveTable,
  openLearning,
  type ServiceLedger,
} from '../../../src/service/index.js';
import { openMemoryLedger } from '../../../src/store/index.js';
import { handMadeTable } from '../../tables/hand-made-table.js';
import { type Behaviour, priceOf, scriptedUpstream } from '../scripted-upstream.js';
import { type Standing, stand } from '../standing.js';

export const MODELS = ['lab/a', 'lab/b', 'lab/c'] as const;
export const TABLE_SHA = 'f'.repeat(64);
export const SEED = 1;

/** A table in dollars, so that costs are learned, too. */
export function tableOf(policy: Policy, sha256 = TABLE_SHA): LiveTable {
  const table = handMadeTable(policy.toDocument(), { needs: policy.needs });
  const cost_usd_per_1k = { mean: 1, low: 1, high: 1 };
  return { table: { ...table, expected: { ...table.expected, cost_usd_per_1k } }, sha256, policy };
}

const unseen = { scores: 0, quality: 0.5, costs: 0, cost: 0 };

/** An adaptive policy that knows nothing yet, and explores by itself for the share told. */
export const adaptive = (exploration = 1): Policy =>
  policyFromDocument({
    router: 'adaptive',
    dial: '1',
    models: MODELS,
    parameters: {
      quality_weight: 1,
      cost_weight: 0,
      exploration,
      state: { version: 1, overall: MODELS.map(() => unseen), kinds: [] },
    },
  });

/** Calls a model, for sure. */
export const always = (model: string): Policy =>
  policyFromDocument({ router: 'always', dial: model, models: [model], parameters: {} });

/** A judging model that says what it is told, each time it is asked. */
export function judging(
  says: (asked: number) => string | Promise<string>,
): Model & { readonly asked: () => number } {
  let asked = 0;
  return {
    id: 'lab/judge',
    origin: 'live',
    pricing: priceOf('lab/judge'),
    baseUrl: null,
    rateLimitKey: 'lab',
    supportsBatch: false,
    countInput: () => 100,
    asked: () => asked,
    attempt: async () => ({
      text: await says(++asked),
      finishReason: 'stop',
      usage: { input: 50, cachedInput: 0, cacheWrite: 0, output: 10, reasoning: 0 },
      latencyMs: null,
      cost: null,
      recordedScore: null,
    }),
  };
}
/** At the price of `priceOf`: 50 × 1,000 + 10 × 2,000. */
export const VERDICT_COST = 70_000;

export const verdict = (word: string): string =>
  JSON.stringify({ reasoning: 'It is what it is.', verdict: word });

export function memoryStore(
  text: string | null = null,
): LearnedStateStore & { text: string | null } {
  return {
    text,
    async read() {
      return this.text;
    },
    async write(given) {
      this.text = given;
    },
  };
}

export interface World extends Standing {
  readonly ledger: ServiceLedger;
  readonly learning: Learning;
  readonly told: readonly LearningEvent[];
}

/** A gateway that learns, over a ledger in memory. */
export async function learningWorld(
  config: Partial<LearningConfig>,
  given: {
    readonly policy?: Policy;
    readonly table?: LiveTable | null;
    readonly judge?: Model;
    readonly ledger?: ServiceLedger;
    readonly store?: LearnedStateStore;
    readonly storePrompts?: boolean;
    readonly capNano?: number;
    readonly behaviours?: readonly Behaviour[];
    readonly gateway?: Partial<GatewayOptions>;
  } = {},
): Promise<World> {
  const ledger = given.ledger ?? openMemoryLedger(new CostTracker());
  const told: LearningEvent[] = [];
  const behaviours = given.behaviours ?? [{ kind: 'answer', text: 'It is four.' }];
  const upstreams = MODELS.map((id, at) =>
    scriptedUpstream(id, behaviours, { pricing: priceOf(id, at + 1, 2 * (at + 1)) }),
  );
  let standing: Standing | null = null;
  const { judge, storePrompts = false } = given;
  const learning = await openLearning({
    config: { adapt: false, explore: 0, exploreDearer: false, judge: null, ...config },
    table: given.table === undefined ? tableOf(given.policy ?? always('lab/b')) : given.table,
    ledger,
    judge:
      judge === undefined
        ? null
        : { model: judge, baseUrl: null, rubric: rubrics.get('correctness')! },
    tenants: { reserve: (_tenant, worst) => standing!.budget.reserve(worst) },
    clock: { ...systemClock, sleep: async () => {} },
    seed: SEED,
    storePrompts,
    store: given.store ?? memoryStore(),
    onEvent: (event) => told.push(event),
  });
  standing = stand(upstreams, {
    table: learning.table,
    ledger,
    learning,
    exploration: learning.exploration,
    seed: SEED,
    storePrompts,
    ...(given.capNano === undefined ? {} : { capNano: given.capNano }),
    ...given.gateway,
  });
  return { ...standing, ledger, learning, told };
}
