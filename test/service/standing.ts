import { ExactCache, HybridCache } from '../../src/caches/index.js';
import { Budget, sumNano } from '../../src/costs/index.js';
import {
  createAnswerKey,
  type ModelApi,
  openUpstream,
  type StandIn,
  type StandInOptions,
  startStandIn,
  systemClock,
  type Upstream,
  type UpstreamSpec,
} from '../../src/models/index.js';
import {
  createGateway,
  type Gateway,
  type GatewayEvent,
  type GatewayOptions,
  type LedgerEntry,
  type ServiceReply,
  type ServiceRequest,
  type TenantGate,
} from '../../src/service/index.js';
import { anthropicMessages, type ChatFormat, openaiChat } from '../../src/wire/index.js';

export const FORMATS: Readonly<Record<ModelApi, ChatFormat>> = {
  openai: openaiChat,
  anthropic: anthropicMessages,
};
export const APIS = ['openai', 'anthropic'] as const;

/** A model of the stand-in, spoken to in either format. */
export function upstreamAt(
  { url }: Pick<StandIn, 'url'>,
  api: ModelApi,
  overrides: Partial<UpstreamSpec> = {},
): Promise<Upstream> {
  return openUpstream(
    {
      id: 'simulated/small',
      baseUrl: `${url}/v1`,
      apiKeyEnv: 'TEST_API_KEY',
      pricing: null,
      api,
      timeoutMs: 5_000,
      ...overrides,
    },
    { env: { TEST_API_KEY: 'secret-test-key' } },
  );
}

export const standIn = (options: Partial<StandInOptions> = {}): Promise<StandIn> =>
  startStandIn({ answerKey: createAnswerKey([]), seed: 1, ...options });

/** A cache of the very same requests, which is empty. */
export const exactCache = (bounds: Partial<ConstructorParameters<typeof ExactCache>[0]> = {}) =>
  new HybridCache(
    new ExactCache({ maxEntries: 1_000, maxBytes: 1e6, ttlMs: 60_000, now: Date.now, ...bounds }),
    null,
  );

/** A gateway with everything a test wants to look at. */
export interface Standing {
  readonly gateway: Gateway;
  readonly entries: readonly LedgerEntry[];
  readonly budget: Budget;
  readonly events: readonly GatewayEvent[];
}

export function stand(
  upstreams: readonly Upstream[],
  overrides: Partial<GatewayOptions> & { readonly capNano?: number } = {},
): Standing {
  const entries: LedgerEntry[] = [];
  const events: GatewayEvent[] = [];
  const budget = new Budget(overrides.capNano ?? null);
  const tenants: TenantGate = {
    reserve: (_tenant, worst) => budget.reserve(worst),
    admit: () => 0,
    warning: () => null,
  };
  const gateway = createGateway({
    upstreams: new Map(upstreams.map((upstream) => [upstream.id, upstream])),
    aliases: {},
    fallbacks: {},
    table: null,
    signals: new Map(),
    cache: null,
    embeddings: null,
    compressor: null,
    ledger: { record: async (entry) => void entries.push(entry) },
    tenants,
    limits: { defaultMaxTokens: 64, maxTokens: 1_000, attempts: 2 },
    clock: { now: systemClock.now, sleep: async () => {} },
    seed: 1,
    storePrompts: false,
    onEvent: (event) => events.push(event),
    ...overrides,
  });
  return { gateway, entries, budget, events };
}

let operations = 0;

export interface Asking {
  readonly api?: ModelApi;
  readonly text?: string;
  readonly model?: string;
  readonly stream?: boolean;
  /** Further members of the body. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly request?: Partial<ServiceRequest>;
}

export function asking(options: Asking = {}): ServiceRequest {
  const { api = 'openai', text = 'What is 2 + 2?', model = 'simulated/small' } = options;
  const format = FORMATS[api];
  const chat = format.parseRequest({
    model,
    max_tokens: 60,
    messages: [{ role: 'user', content: text }],
    ...(options.stream ? { stream: true } : {}),
    ...options.body,
  });
  return {
    operationId: `op-${++operations}`,
    tenant: { id: 'acme', admin: false },
    tag: null,
    domain: null,
    endpoint: format.path,
    format,
    chat,
    cache: 'on',
    compress: false,
    left: new AbortController().signal,
    arrivedAt: Date.now(),
    ...options.request,
  };
}

/** All frames of a stream, joined. */
export async function framesOf(reply: ServiceReply): Promise<string> {
  if (reply.kind !== 'stream') throw new Error(`Expected a stream, got ${JSON.stringify(reply)}`);
  let text = '';
  for await (const frame of reply.frames) text += Buffer.from(frame).toString();
  return text;
}

/** The body of an answer that is not streamed. */
export function bodyOf(reply: ServiceReply): unknown {
  if (reply.kind !== 'answer') throw new Error(`Expected an answer, got ${JSON.stringify(reply)}`);
  return JSON.parse(Buffer.from(reply.body).toString());
}

export function failureOf(reply: ServiceReply) {
  if (reply.kind !== 'failure') throw new Error(`Expected a failure, got a ${reply.kind}`);
  return reply.failure;
}

/** What the ledger booked with a count that arrived, in nano-dollars. */
export const exactCost = (entries: readonly LedgerEntry[]): number =>
  sumNano(
    entries.flatMap(({ usage }) =>
      usage.flatMap(({ estimated, cost }) => (estimated || cost === null ? [] : [cost])),
    ),
  );
