import type { UsageRecord } from '../../src/costs/index.js';
import type {
  FeedbackEntry,
  LedgerEntry,
  Operation,
  OperationFeedback,
} from '../../src/service/index.js';

export const PRICING: NonNullable<UsageRecord['pricing']> = {
  model: 'maker/small',
  source: 'catalogue',
  asOf: '2026-11-23',
  rates: { input: 150_000_000, cachedInput: 75_000_000, cacheWrite: null, output: 600_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: 0.5,
};

export const anOperation = (parts: Partial<Operation> = {}): Operation => ({
  id: 'op-1',
  receivedAt: '2026-11-23T10:00:00.123Z',
  tenant: 'shop',
  tag: null,
  endpoint: '/v1/chat/completions',
  requestedModel: 'auto',
  model: 'maker/small',
  origin: 'live',
  cause: 'policy',
  cache: 'miss',
  streamed: false,
  status: 200,
  error: null,
  latencyMs: 12.5,
  firstByteMs: 11.25,
  cost: 100,
  cacheSaving: 0,
  cacheEntry: null,
  similarity: null,
  tokensRemoved: 0,
  routing: {
    table: 'a'.repeat(64),
    policy: 'ridge@0.5',
    steps: [
      {
        step: 'call',
        model: 'maker/small',
        propensity: 0.75,
        eligible: ['maker/small', 'maker/large'],
        probabilities: [0.75, 0.25],
      },
      {
        step: 'stop',
        model: 'maker/small',
        propensity: 1,
        eligible: [],
        probabilities: null,
      },
    ],
    features: { tokens: 17, lines: 3 },
    domain: null,
  },
  promptHash: 'b'.repeat(64),
  content: null,
  ...parts,
});

export const someUsage = (parts: Partial<UsageRecord> = {}): UsageRecord => ({
  operationId: 'op-1',
  attempt: 1,
  runId: 'service',
  purpose: 'candidate',
  origin: 'live',
  model: 'maker/small',
  usage: { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 },
  cost: 100,
  estimated: false,
  pricing: PRICING,
  error: null,
  startedAt: '2026-11-23T10:00:00.130Z',
  latencyMs: 10.5,
  ...parts,
});

/** One answered request with one attempt. */
export const anEntry = (
  id: string,
  operation: Partial<Operation> = {},
  usage: Partial<UsageRecord> = {},
): LedgerEntry => ({
  operation: anOperation({ id, ...operation }),
  usage: [someUsage({ operationId: id, ...usage })],
});

/** What a caller of the tenant `shop` says of an operation. */
export const aVerdict = (
  operationId: string,
  feedback: Partial<OperationFeedback> = {},
  usage: FeedbackEntry['usage'] = [],
): FeedbackEntry => ({
  feedback: {
    operationId,
    tenant: 'shop',
    source: 'caller',
    score: 0.75,
    unscored: null,
    judge: null,
    probability: null,
    receivedAt: '2026-11-23T10:05:00.000Z',
    ...feedback,
  },
  usage,
});

/** What a sampled judge says of it, and what that cost. */
export const aJudgement = (
  operationId: string,
  feedback: Partial<OperationFeedback> = {},
  usage: Partial<UsageRecord> = {},
): FeedbackEntry =>
  aVerdict(
    operationId,
    { source: 'judge', judge: 'judge/rubric-1', probability: 0.1, ...feedback },
    [someUsage({ operationId, attempt: 2, purpose: 'judge', model: 'maker/judge', ...usage })],
  );
