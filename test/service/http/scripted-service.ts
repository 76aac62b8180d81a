import { connect, type Socket } from 'node:net';
import { ExactCache, HybridCache, type SemanticCache } from '../../../src/caches/index.js';
import type { CostRow, ModelPricing } from '../../../src/costs/index.js';
import {
  createMetrics,
  createServer,
  type DriftMonitor,
  type Gateway,
  type Learning,
  type Operation,
  type ReplyHead,
  type ServerLimits,
  type ServerOptions,
  type ServiceLedger,
  type ServiceMetrics,
  type ServiceReply,
  type ServiceRequest,
  type ServiceServer,
  type Tenant,
  type Tenants,
} from '../../../src/service/index.js';
import type { ChatAnswer, WireFailure } from '../../../src/wire/index.js';

export const MODEL = 'simulated/small';

const PRICING: ModelPricing = {
  model: MODEL,
  source: 'simulated',
  asOf: '2026-01-01',
  rates: { input: 100_000_000, cachedInput: null, cacheWrite: null, output: 400_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: null,
};

export const NOW = Date.parse('2026-11-23T12:00:00Z');

/** Keys are their tenant's name; `boss` is an administrator. */
export const keyedTenants: Tenants = gate(true, (key) =>
  key === 'ann' || key === 'bob' || key === 'boss' ? { id: key, admin: key === 'boss' } : null,
);
const anyone: Tenants = gate(false, () => ({ id: 'local', admin: true }));

function gate(keyed: boolean, authenticate: Tenants['authenticate']): Tenants {
  return {
    keyed,
    authenticate,
    reserve: () => ({ settle: () => {}, release: () => {} }),
    admit: () => 0,
    warning: () => null,
  };
}

export function operationOf(request: ServiceRequest, further: Partial<Operation> = {}): Operation {
  return {
    id: request.operationId,
    receivedAt: '2026-11-23T11:59:59.000Z',
    tenant: request.tenant.id,
    tag: request.tag,
    endpoint: request.endpoint,
    requestedModel: request.chat.model,
    model: MODEL,
    origin: 'simulated',
    cause: 'policy',
    cache: 'miss',
    streamed: request.chat.stream,
    status: 200,
    error: null,
    latencyMs: 2,
    firstByteMs: 1,
    cost: 1900,
    cacheSaving: 0,
    cacheEntry: null,
    similarity: null,
    tokensRemoved: 0,
    routing: null,
    promptHash: 'none',
    content: null,
    ...further,
  };
}

export const HEAD: ReplyHead = {
  model: MODEL,
  simulated: true,
  cause: 'policy',
  cache: 'miss',
  repeated: null,
  routing: null,
  warning: null,
};

export function answerOf(text: string): ChatAnswer {
  return {
    id: 'answer-1',
    model: MODEL,
    created: 1_767_225_600,
    parts: [{ kind: 'text', text }],
    finishReason: 'stop',
    usage: { input: 3, cachedInput: 0, cacheWrite: 0, output: 4, reasoning: 0 },
  };
}

/** Says hello, whole or streamed. */
export function hello(request: ServiceRequest): ServiceReply {
  const answer = answerOf('Hello there.');
  if (request.chat.stream) return streamOf(request, ['Hello', ' there.']);
  const body = JSON.stringify(request.format.answerBody(answer));
  return { kind: 'answer', head: HEAD, operation: operationOf(request), answer, body };
}

/** A stream of these pieces in the caller's format. */
export function streamOf(request: ServiceRequest, pieces: Iterable<string>): ServiceReply {
  async function* frames() {
    const writer = request.format.createStreamWriter({ created: 1, usage: true });
    const { usage } = answerOf('');
    yield writer.write({ kind: 'start', id: 'answer-1', model: MODEL, inputTokens: 3 });
    for (const text of pieces) yield writer.write({ kind: 'text', text });
    yield writer.write({ kind: 'finish', reason: 'stop' });
    yield writer.write({ kind: 'usage', usage: usage! });
    yield `${writer.write({ kind: 'end' })}: switchyard {"operation":"${request.operationId}"}\n\n`;
  }
  return { kind: 'stream', head: HEAD, frames: frames() };
}

export function refusal(
  request: ServiceRequest,
  failure: WireFailure & { readonly retryAfterMs?: number },
): ServiceReply {
  const operation = operationOf(request, { status: failure.status, error: 'refused', model: null });
  return { kind: 'failure', failure: { retryAfterMs: null, ...failure }, operation };
}

/** A ledger that holds nothing but what it is given here. */
export function scriptedLedger(given: Partial<ServiceLedger> = {}): ServiceLedger {
  return {
    record: async () => {},
    spent: async () => 0,
    recent: async () => [],
    recordFeedback: async () => ({ kind: 'recorded', seq: 1 }),
    activity: async () => [],
    operation: async () => null,
    feedback: async () => [],
    totals: async (groups) => (groups.length === 0 ? [costRow([])] : []),
    snapshot: async () => [],
    suggestionRows: async () => ({ query: '', parameters: {}, rows: [] }),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
    ...given,
  };
}

export function costRow(keys: readonly (string | null)[], further: Partial<CostRow> = {}): CostRow {
  return {
    keys,
    operations: 0,
    cacheHits: 0,
    attempts: 0,
    estimated: 0,
    unknown: 0,
    cost: 0,
    cacheSaving: 0,
    inputTokens: 0,
    outputTokens: 0,
    ...further,
  };
}

export interface Script {
  readonly handle?: (request: ServiceRequest) => ServiceReply | Promise<ServiceReply>;
  /** In place of the scripted one. */
  readonly gateway?: Gateway;
  readonly models?: readonly string[];
  readonly accepting?: boolean;
  readonly tenants?: Tenants;
  readonly ledger?: ServiceLedger;
  readonly limits?: Partial<ServerLimits>;
  readonly allowedHosts?: readonly string[];
  readonly metrics?: ServiceMetrics;
  readonly learning?: Learning;
  readonly drift?: Pick<DriftMonitor, 'report'>;
  readonly suggestions?: NonNullable<ServerOptions['suggestions']>;
  readonly semantic?: {
    readonly cache: SemanticCache;
    readonly config: NonNullable<ServerOptions['semantic']>;
  };
}

export interface Scripted {
  readonly server: ServiceServer;
  readonly url: string;
  readonly cache: ExactCache;
  readonly hybrid: HybridCache;
  readonly metrics: ServiceMetrics;
  /** What the gateway was asked. */
  readonly asked: readonly ServiceRequest[];
  /** Lines of the log, parsed. */
  readonly logged: () => readonly Readonly<Record<string, unknown>>[];
}

const open: ServiceServer[] = [];

/** Starts a service whose gateway answers as scripted, on a free port. */
export async function serveScript(script: Script = {}): Promise<Scripted> {
  const asked: ServiceRequest[] = [];
  const lines: string[] = [];
  const models = script.models ?? ['auto', MODEL];
  const gateway: Gateway = script.gateway ?? {
    models,
    accepting: script.accepting ?? true,
    handle: async (request) => {
      asked.push(request);
      return (script.handle ?? hello)(request);
    },
    drain: async () => {},
  };
  const cache = new ExactCache({ maxEntries: 10, maxBytes: 1e6, ttlMs: 1e6, now: () => NOW });
  const hybrid = new HybridCache(cache, script.semantic?.cache ?? null);
  const metrics = script.metrics ?? createMetrics([MODEL]);
  metrics.watchCache(hybrid);
  const server = await createServer({
    gateway,
    ledger: script.ledger ?? scriptedLedger(),
    tenants: script.tenants ?? anyone,
    cache: hybrid,
    ...(script.semantic === undefined ? {} : { semantic: script.semantic.config }),
    metrics,
    ...(script.learning === undefined ? {} : { learning: script.learning }),
    ...(script.drift === undefined ? {} : { drift: script.drift }),
    ...(script.suggestions === undefined ? {} : { suggestions: script.suggestions }),
    models: [{ id: MODEL, aliases: ['tiny'], pricing: PRICING, simulated: true }],
    table: { name: 'by-hand', sha256: 'a'.repeat(64), policy: 'random@0.5' },
    version: '1.2.3',
    host: '127.0.0.1',
    port: 0,
    allowedHosts: script.allowedHosts ?? [],
    limits: {
      bodyBytes: 2_000_000,
      messages: 1000,
      requestMs: 30_000,
      defaultMaxTokens: 100,
      maxTokens: 1000,
      drainMs: 1000,
      ...script.limits,
    },
    log: { level: 'info', destination: { write: (line) => lines.push(line) } },
    now: () => NOW,
  });
  open.push(server);
  return {
    server,
    url: server.url,
    cache,
    hybrid,
    metrics,
    asked,
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Closes what was started; for `afterEach`. */
export async function closeScripts(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

/** The endpoints for chat, a good body for each, and how its errors look. */
export const WIRES = [
  {
    path: '/v1/chat/completions',
    body: (text: string, further: object = {}) => ({
      model: 'auto',
      messages: [{ role: 'user', content: text }],
      ...further,
    }),
    errorOf: (body: unknown): { message: string; type: string } | undefined =>
      (body as { error?: { message: string; type: string } }).error,
  },
  {
    path: '/v1/messages',
    body: (text: string, further: object = {}) => ({
      model: 'auto',
      max_tokens: 50,
      messages: [{ role: 'user', content: text }],
      ...further,
    }),
    errorOf: (body: unknown): { message: string; type: string } | undefined => {
      const { type, error } = body as { type?: string; error?: { message: string; type: string } };
      return type === 'error' ? error : undefined;
    },
  },
] as const;

export function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Whether it still does its work. */
export async function answers({ url }: Scripted): Promise<boolean> {
  const response = await post(`${url}/v1/chat/completions`, WIRES[0].body('Still there?'));
  return response.status === 200 && (await response.text()).includes('Hello there.');
}

/** A connection of bytes, and all that came over it once the other side ended it. */
export function rawConnection(port: number): {
  readonly socket: Socket;
  readonly received: Promise<string>;
} {
  const socket = connect(port, '127.0.0.1');
  const received = new Promise<string>((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
  return { socket, received };
}

/** Head and body of one answer as it came over a connection. */
export function parseAnswer(raw: string): { readonly status: number; readonly body: unknown } {
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(raw)?.[1]);
  return { status, body: JSON.parse(raw.slice(raw.indexOf('\r\n\r\n') + 4)) as unknown };
}

export type { Tenant };
