import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HybridCache } from '../../caches/index.js';
import { toUsd, type UsageRecord } from '../../costs/index.js';
import type { DriftReport } from '../drift/drift-monitor.js';
import type { FeedbackEntry, FeedbackReceipt } from '../feedback.js';
import type { GatewayEvent } from '../gateway-event.js';
import type { ServiceLedger } from '../ledger.js';
import type { LedgerEntry, Operation } from '../operation.js';
import { createCacheMetrics } from './cache-metrics.js';
import { addDriftMetrics } from './drift-metrics.js';
import type { Exchange } from './exchange.js';

/** Seconds: a cache hit takes a millisecond, a long answer a minute. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the service counts, for Prometheus. */
export interface ServiceMetrics {
  /**
   * The same ledger, with all that goes into it counted: money, tokens, cache hits and waits. The
   * gateway must write to this one.
   */
  observe(ledger: ServiceLedger): ServiceLedger;
  /** Counts what happens inside the gateway; hand it to its `onEvent`. */
  event(event: GatewayEvent): void;
  /** Requests under way. */
  readonly inFlight: number;
  begin(exchange: Exchange): void;
  /** @param ms how long the request took */
  end(exchange: Exchange, ms: number): void;
  /** Adds what the drift monitor reports; once. */
  watch(report: () => DriftReport): void;
  /** Adds what the cache counts itself; once. */
  watchCache(cache: Pick<HybridCache, 'refused'>): void;
  /** In the text format of Prometheus. */
  read(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of the process are its own: however many services run in it, they are collected once. */
let ofProcess: Registry | null = null;

function processMetrics(): Registry {
  if (ofProcess === null) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** @param models ids that are told apart; any other counts as `other`, so that labels stay few */
export function createMetrics(models: readonly string[]): ServiceMetrics {
  const known = new Set(models);
  const label = (model: string | null): string =>
    model === null ? 'none' : known.has(model) ? model : 'other';
  const underWay = new Map<string, Exchange>();
  const registry = new Registry();
  const registers = [registry];

  const requests = new Counter({
    name: 'switchyard_requests_total',
    help: 'Requests that are over, by what became of them.',
    labelNames: ['endpoint', 'status', 'model', 'cause', 'cache'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'switchyard_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    labelNames: ['endpoint', 'model'] as const,
    buckets: BUCKETS,
    registers,
  });
  const firstBytes = new Histogram({
    name: 'switchyard_first_byte_seconds',
    help: 'From the arrival of a request to the first byte of its answer.',
    labelNames: ['model'] as const,
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: 'switchyard_requests_in_flight',
    help: 'Requests under way.',
    registers,
    collect() {
      this.set(underWay.size);
    },
  });
  const cost = new Counter({
    name: 'switchyard_cost_usd_total',
    help: 'US dollars booked; only those of origin "live" were spent.',
    labelNames: ['model', 'origin'] as const,
    registers,
  });
  const unknownCosts = new Counter({
    name: 'switchyard_unknown_cost_attempts_total',
    help: 'Billed attempts whose cost is unknown; they are in no sum.',
    labelNames: ['model', 'origin'] as const,
    registers,
  });
  const savings = new Counter({
    name: 'switchyard_cache_saving_usd_total',
    help: 'US dollars that answers from the cache would have cost.',
    labelNames: ['model', 'origin'] as const,
    registers,
  });
  const tokens = new Counter({
    name: 'switchyard_tokens_total',
    help: 'Tokens booked; input includes cached ones.',
    labelNames: ['model', 'origin', 'direction'] as const,
    registers,
  });
  const attempts = new Counter({
    name: 'switchyard_attempts_total',
    help: 'Billed attempts at models, by the class of error; "none" for those that succeeded.',
    labelNames: ['model', 'purpose', 'error'] as const,
    registers,
  });
  const failures = new Counter({
    name: 'switchyard_attempts_failed_total',
    help: 'Attempts at models that failed before an answer began, billed or not, by the class of error.',
    labelNames: ['model', 'error'] as const,
    registers,
  });
  const tenantCost = new Counter({
    name: 'switchyard_tenant_cost_usd_total',
    help: 'US dollars booked by tenant; only those of origin "live" were spent.',
    labelNames: ['tenant', 'origin'] as const,
    registers,
  });
  const cacheUses = new Counter({
    name: 'switchyard_cache_requests_total',
    help: 'Operations by what the cache had for them.',
    labelNames: ['cache'] as const,
    registers,
  });
  const caching = createCacheMetrics(registry);
  const feedback = new Counter({
    name: 'switchyard_feedback_total',
    help: 'Feedback recorded, by source (caller or judge) and whether it holds a score.',
    labelNames: ['source', 'scored'] as const,
    registers,
  });
  let waiting = 0;
  new Gauge({
    name: 'switchyard_ledger_waiting',
    help: 'Entries that are being made durable.',
    registers,
    collect() {
      this.set(waiting);
    },
  });
  const ledgerWaits = new Histogram({
    name: 'switchyard_ledger_wait_seconds',
    help: 'Until an entry was durable.',
    buckets: BUCKETS,
    registers,
  });
  const ledgerFailures = new Counter({
    name: 'switchyard_ledger_failures_total',
    help: 'Entries that could not be made durable.',
    registers,
  });

  function countUsage(record: UsageRecord, tenant: string): void {
    const model = label(record.model);
    const { origin, purpose } = record;
    attempts.inc({ model, purpose, error: record.error ?? 'none' });
    if (record.cost === null) unknownCosts.inc({ model, origin });
    else {
      cost.inc({ model, origin }, toUsd(record.cost));
      tenantCost.inc({ tenant, origin }, toUsd(record.cost));
    }
    if (record.usage !== null) {
      tokens.inc({ model, origin, direction: 'input' }, record.usage.input);
      tokens.inc({ model, origin, direction: 'output' }, record.usage.output);
    }
  }

  function countOperation(operation: Operation): void {
    const { cache, cacheSaving, model, origin } = operation;
    cacheUses.inc({ cache });
    caching.operation(operation);
    if (cacheSaving) savings.inc({ model: label(model), origin }, toUsd(cacheSaving));
  }

  async function timed<Result>(write: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    waiting++;
    try {
      return await write();
    } catch (error) {
      ledgerFailures.inc();
      throw error;
    } finally {
      waiting--;
      ledgerWaits.observe((performance.now() - start) / 1000);
    }
  }

  async function record(ledger: ServiceLedger, entry: LedgerEntry): Promise<void> {
    await timed(() => ledger.record(entry));
    const exchange = underWay.get(entry.operation.id);
    if (exchange !== undefined) exchange.operation = entry.operation;
    countOperation(entry.operation);
    for (const one of entry.usage) countUsage(one, entry.operation.tenant);
  }

  async function recordFeedback(
    ledger: ServiceLedger,
    entry: FeedbackEntry,
  ): Promise<FeedbackReceipt> {
    const receipt = await timed(() => ledger.recordFeedback(entry));
    if (receipt.kind !== 'recorded') return receipt;
    const { source, score, tenant } = entry.feedback;
    feedback.inc({ source, scored: String(score !== null) });
    for (const one of entry.usage) countUsage(one, tenant);
    return receipt;
  }

  return {
    observe: (ledger) => ({
      record: (entry) => record(ledger, entry),
      spent: (tenant, since) => ledger.spent(tenant, since),
      recent: (limit, tenant) => ledger.recent(limit, tenant),
      activity: (filter) => ledger.activity(filter),
      recordFeedback: (entry) => recordFeedback(ledger, entry),
      operation: (id) => ledger.operation(id),
      feedback: (filter) => ledger.feedback(filter),
      totals: (groups, filter) => ledger.totals(groups, filter),
      snapshot: (folder) => ledger.snapshot(folder),
      suggestionRows: (question, filter, asks) => ledger.suggestionRows(question, filter, asks),
      close: () => ledger.close(),
      [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
    }),
    event(event) {
      caching.event(event);
      if (event.kind !== 'attempt_failed') return;
      failures.inc({ model: label(event.model), error: event.error });
    },
    get inFlight() {
      return underWay.size;
    },
    begin(exchange) {
      underWay.set(exchange.id, exchange);
    },
    end(exchange, ms) {
      underWay.delete(exchange.id);
      const { endpoint, operation, head } = exchange;
      const model = label(operation?.model ?? head?.model ?? null);
      requests.inc({
        endpoint,
        status: exchange.statusSent,
        model,
        cause: operation?.cause ?? head?.cause ?? 'none',
        cache: operation?.cache ?? head?.cache ?? 'none',
      });
      durations.observe({ endpoint, model }, ms / 1000);
      if (operation?.firstByteMs != null) {
        firstBytes.observe({ model }, operation.firstByteMs / 1000);
      }
    },
    watch: (report) => addDriftMetrics(registry, report),
    watchCache: (cache) => caching.watch(cache),
    read: () => Registry.merge([registry, processMetrics()]).metrics(),
    contentType: registry.contentType,
  };
}
