import { readFile } from 'node:fs/promises';
import { WhitespaceCompressor } from '../compression/index.js';
import type { SignalSource } from '../features/index.js';
import { sha256 } from '../hash.js';
import { openUpstream, systemClock, type Upstream } from '../models/index.js';
import {
  createGateway,
  createMetrics,
  createOptimisationReports,
  createServer,
  createTenants,
  type LiveTable,
  type ServiceConfig,
  type ServiceSettings,
  spentSoFar,
  suggestionSettings,
} from '../service/index.js';
import { openServiceLedger } from '../store/index.js';
import { policyOfTable, type RoutingTable, signalsOfTable } from '../tables/index.js';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import { environment, type LogLevel } from './global-options.js';
import type { Io } from './io.js';
import { openServiceCache, openServiceSource } from './service-cache.js';
import { openServiceDrift, watched } from './service-drift.js';
import { openServiceLearning } from './service-learning.js';
import { createServiceLog, logGatewayEvent, type ServiceLog } from './service-log.js';
import { isStoodInFor, startSimulated } from './simulated-upstream.js';
import { checkSnapshotFolder, scheduleSnapshots } from './snapshots.js';

/** Below the half minute that supervisors usually give. */
const DRAIN_MS = 25_000;

export interface ServiceOpening {
  readonly envFile: string[] | undefined;
  readonly logLevel: LogLevel;
}

/** A service that listens. */
export interface OpenedService {
  readonly url: string;
  readonly port: number;
  /** Ids of the models, and which of them are simulated. */
  readonly models: readonly { readonly id: string; readonly simulated: boolean }[];
  /** SHA-256 of the routing table's file; null without one. */
  readonly tableHash: string | null;
  readonly log: ServiceLog;
  /** Answers what is under way, writes down what is not yet, and lets everything go. */
  close(): Promise<void>;
}

/**
 * Opens everything that a service is made of, and listens.
 * @throws UserError for a key that is missing, a ledger that is in use, a port that is taken …
 */
export async function openService(
  settings: ServiceSettings,
  args: ServiceOpening,
  io: Io,
): Promise<OpenedService> {
  const opened: (() => Promise<void>)[] = [];
  try {
    return { ...(await assemble(settings, args, io, opened)), close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

/** What was opened last rests on what was opened before it, so it goes first; one that fails stops none. */
async function closeAll(opened: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let next = opened.pop(); next !== undefined; next = opened.pop()) {
    await next().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function assemble(
  { config, table }: ServiceSettings,
  args: ServiceOpening,
  io: Io,
  opened: (() => Promise<void>)[],
): Promise<Omit<OpenedService, 'close'>> {
  const now = (): number => io.now().getTime();
  const level = logLevelOf(args, config, io);
  const log = createServiceLog(level, io.err, now);
  if (config.snapshots !== null) await checkSnapshotFolder(config.snapshots.folder);
  const stored = await openServiceLedger(config.ledger);
  opened.push(() => stored.close());
  const upstreams = await openUpstreams(config, args, io, opened);
  const live = table === null ? null : await liveTable(table, config);
  const signals = table === null ? NO_SIGNALS : await openSignals(table, args, log, io);
  const metrics = createMetrics([...upstreams.keys()]);
  const ledger = metrics.observe(stored);
  const { tenants: configs, limits, cache: caching } = config;
  const tenants = createTenants(configs, { now, spent: await spentSoFar(configs, stored, now()) });
  const { cache, embeddings } = await openServiceCache(caching, { envFile: args.envFile, log }, io);
  if (cache !== null) metrics.watchCache(cache);
  // The last one is written once the last verdict is in.
  if (config.snapshots !== null) opened.push(scheduleSnapshots(stored, config.snapshots, log));
  const drift = openServiceDrift({
    table: live,
    explore: config.learning?.explore ?? 0,
    log,
    now,
  });
  if (drift !== null) metrics.watch(drift.report);
  const learning = await openServiceLearning(
    {
      config,
      table: live,
      ledger: watched(ledger, drift),
      tenants,
      seed: SEED,
      envFile: args.envFile,
      log,
    },
    io,
  );
  if (learning !== null) opened.push(() => learning.close());
  const gateway = createGateway({
    upstreams,
    aliases: config.aliases,
    fallbacks: Object.fromEntries(config.models.map(({ id, fallbacks }) => [id, fallbacks])),
    table: learning?.table ?? live,
    signals,
    cache,
    embeddings,
    compressor: new WhitespaceCompressor(),
    ledger,
    tenants,
    limits,
    clock: systemClock,
    seed: SEED,
    storePrompts: config.storePrompts,
    ...(learning === null ? {} : { learning, exploration: learning.exploration }),
    onEvent: (event) => {
      metrics.event(event);
      if (event.kind === 'done') drift?.operation(event.operation);
      logGatewayEvent(log, event);
    },
  });
  const server = await createServer({
    gateway,
    ledger,
    tenants,
    cache,
    ...(caching.semantic === undefined ? {} : { semantic: caching.semantic }),
    ...(learning === null ? {} : { learning }),
    ...(drift === null ? {} : { drift }),
    suggestions: createOptimisationReports({
      ledger: stored,
      settings: suggestionSettings({ config, table: live, signals, upstreams, embeddings }),
    }),
    metrics,
    models: [...upstreams.values()].map(({ id, pricing, origin }) => ({
      id,
      aliases: Object.keys(config.aliases).filter((alias) => config.aliases[alias] === id),
      pricing,
      simulated: origin === 'simulated',
    })),
    table:
      live === null ? null : { name: live.table.name, sha256: live.sha256, policy: live.policy.id },
    version,
    host: config.host,
    port: config.port,
    allowedHosts: config.allowedHosts,
    limits: { ...limits, drainMs: DRAIN_MS },
    log: { level, destination: { write: io.err } },
    now,
  });
  opened.push(() => server.close());
  return {
    url: server.url,
    port: server.port,
    models: [...upstreams.values()].map(({ id, origin }) => ({
      id,
      simulated: origin === 'simulated',
    })),
    tableHash: live?.sha256 ?? null,
    log,
  };
}

/** Lots are drawn by this and the operation's id, which nobody can foresee. */
const SEED = 1;

const NO_SIGNALS: ReadonlyMap<string, SignalSource> = new Map();

/** A flag or a variable, where it says something else than what holds anyway, goes over the file. */
function logLevelOf({ logLevel }: ServiceOpening, config: ServiceConfig, io: Io): LogLevel {
  const said = logLevel !== 'info' || Boolean(io.env.SWITCHYARD_LOG_LEVEL);
  return said ? logLevel : (config.logLevel ?? logLevel);
}

async function openUpstreams(
  config: ServiceConfig,
  args: ServiceOpening,
  io: Io,
  opened: (() => Promise<void>)[],
): Promise<ReadonlyMap<string, Upstream>> {
  const env = environment(args, io);
  let standInUrl: string | null = null;
  if (config.models.some(isStoodInFor)) {
    const standIn = await startSimulated(config.simulated);
    opened.push(() => standIn.close());
    standInUrl = `${standIn.url}/v1`;
  }
  const upstreams = new Map<string, Upstream>();
  const problems = new Set<string>();
  for (const { fallbacks: _fallbacks, ...spec } of config.models) {
    const baseUrl = isStoodInFor(spec) ? standInUrl : spec.baseUrl;
    try {
      const upstream = await openUpstream({ ...spec, baseUrl }, { env });
      opened.push(() => upstream.close());
      upstreams.set(spec.id, upstream);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.add(error.message);
    }
  }
  if (problems.size > 0) throw new UserError([...problems].join('\n'));
  return upstreams;
}

async function liveTable(table: RoutingTable, config: ServiceConfig): Promise<LiveTable> {
  const content = await readFile(config.table ?? '');
  return { table, sha256: sha256(content), policy: policyOfTable(table) };
}

async function openSignals(
  table: RoutingTable,
  { envFile }: ServiceOpening,
  log: ServiceLog,
  io: Io,
): Promise<ReadonlyMap<string, SignalSource>> {
  const signals = new Map<string, SignalSource>();
  for (const spec of signalsOfTable(table)) {
    const source = await openServiceSource(spec, { envFile, log }, io);
    signals.set(source.id, source);
  }
  return signals;
}
