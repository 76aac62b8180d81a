import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Catalogue } from '../../costs/index.js';
import { didYouMean } from '../../did-you-mean.js';
import {
  type DocumentPath,
  expandPath,
  type PathEnvironment,
  problemLine,
  readDocument,
  readDocumentText,
} from '../../documents/index.js';
import { connectionOf, modelSpecOf, SIMULATED_MODELS } from '../../models/index.js';
import type { RoutingTable } from '../../tables/index.js';
import { UserError } from '../../user-error.js';
import { isLoopback } from '../http/hosts.js';
import { modelFinder } from '../model-finder.js';
import { AUTO } from '../resolve-model.js';
import type {
  SemanticCacheConfig,
  ServedModel,
  ServiceConfig,
  TenantConfig,
} from '../service-config.js';
import {
  DEFAULT_CACHE,
  DEFAULT_HOST,
  DEFAULT_LEDGER,
  DEFAULT_LIMITS,
  DEFAULT_PORT,
  DEFAULT_SOFT_SHARE,
} from './defaults.js';
import { connectionIn, documentFindings } from './document-checks.js';
import { learningOf } from './learning-document.js';
import { semanticCacheOf, semanticCacheWarnings } from './semantic-cache-document.js';
import { type ServiceDocument, serviceDocument, type TenantDocument } from './service-document.js';
import { servingProblem } from './serving-problem.js';

export interface ServiceConfigOptions {
  /** Where `${SWITCHYARD_…}` in paths is looked up. */
  readonly env: PathEnvironment;
  /** Working folder: where a ledger goes that no file names. Absolute. */
  readonly cwd: string;
  readonly catalogue: Catalogue;
  /** ISO date kept with prices. */
  readonly asOf: string;
  /** Reads and checks a routing table. */
  readonly readTable: (path: string) => Promise<RoutingTable>;
  /** What goes over the file; the path of the table is relative to `cwd`. */
  readonly given?: {
    readonly table?: string | undefined;
    readonly port?: number | undefined;
    readonly host?: string | undefined;
  };
}

/** A configuration that holds together, with what it rests on. */
export interface ServiceSettings {
  readonly config: ServiceConfig;
  readonly table: RoutingTable | null;
  /** Sentences for whoever starts it. */
  readonly warnings: readonly string[];
}

/** Where a problem stands, before the sentence that tells it. */
type Tell = (path: DocumentPath, message: string) => string;

/**
 * Reads the configuration file of the service, and checks it together with its routing table.
 * @throws UserError with every problem, one a line, or where a file cannot be read
 */
export async function loadServiceConfig(
  file: string,
  options: ServiceConfigOptions,
): Promise<ServiceSettings> {
  const { env, catalogue } = options;
  const text = readDocumentText(file, 'Configuration file', 'keep data in files of its own');
  const read = readDocument(text, file, {
    schema: serviceDocument,
    keys: 'keys such as models and tenants',
    check: (data) => documentFindings(data, { file, env, catalogue, exists: existsSync }),
  });
  if ('problems' in read) throw new UserError(read.problems.map(problemLine).join('\n'));
  const tell: Tell = (path, message) => problemLine(read.problemAt(path, message));
  return complete(read.document, file, tell, options);
}

/**
 * The configuration without a file: the models of the table, or without one the simulated models.
 * @throws UserError as `loadServiceConfig`
 */
export function defaultServiceConfig(options: ServiceConfigOptions): Promise<ServiceSettings> {
  return complete({}, null, (_, message) => message, options);
}

async function complete(
  document: ServiceDocument,
  file: string | null,
  tell: Tell,
  options: ServiceConfigOptions,
): Promise<ServiceSettings> {
  const { env, cwd, given = {}, readTable } = options;
  const pathOf = (written: string): string => {
    const expanded = expandPath(written, file, env);
    if ('problem' in expanded) throw new UserError(expanded.problem);
    return expanded.path;
  };
  const tablePath =
    given.table === undefined
      ? document.table === undefined
        ? null
        : pathOf(document.table)
      : resolve(cwd, given.table);
  const table = tablePath === null ? null : await readTable(tablePath);
  const models = servedModels(document, table, options);
  const host = given.host ?? document.host ?? DEFAULT_HOST;
  const problems = [
    ...hostProblems(host, document, given.host !== undefined, tell),
    ...servedProblems(document, models, table, tell),
  ];
  if (problems.length > 0) throw new UserError(problems.join('\n'));
  const { cache, learning, limits, simulated, snapshots } = document;
  const { catalogue, asOf } = options;
  const semantic = semanticOf(document, tell, pathOf);
  const config: ServiceConfig = {
    host,
    port: given.port ?? document.port ?? DEFAULT_PORT,
    allowedHosts: document.allowed_hosts ?? [],
    table: tablePath,
    models,
    aliases: document.aliases ?? {},
    cache: {
      enabled: cache?.enabled ?? DEFAULT_CACHE.enabled,
      ttlSeconds: cache?.ttl_seconds ?? DEFAULT_CACHE.ttlSeconds,
      maxEntries: cache?.max_entries ?? DEFAULT_CACHE.maxEntries,
      maxMegabytes: cache?.max_mb ?? DEFAULT_CACHE.maxMegabytes,
      ...(semantic === null ? {} : { semantic }),
    },
    ...(learning === undefined ? {} : { learning: learningOf(learning, catalogue, asOf) }),
    limits: limitsOf(limits),
    tenants: (document.tenants ?? []).map(tenantOf),
    storePrompts: document.store_prompts ?? false,
    ledger: document.ledger === undefined ? resolve(cwd, DEFAULT_LEDGER) : pathOf(document.ledger),
    snapshots:
      snapshots === undefined
        ? null
        : { folder: pathOf(snapshots.folder), everyMinutes: snapshots.every_minutes },
    simulated: {
      dataset: simulated?.dataset === undefined ? null : pathOf(simulated.dataset),
      seed: simulated?.seed ?? 1,
    },
    ...(document.log_level === undefined ? {} : { logLevel: document.log_level }),
  };
  const warnings = [
    ...(table === null ? [] : tableWarnings(table)),
    ...judgeWarnings(config),
    ...semanticCacheWarnings(config.cache.semantic),
  ];
  return { config, table, warnings };
}

/** Null where only the very same request is answered from the cache. */
function semanticOf(
  { cache }: ServiceDocument,
  tell: Tell,
  pathOf: (written: string) => string,
): SemanticCacheConfig | null {
  const semantic = cache?.semantic;
  if (semantic === undefined) return null;
  const path = ['cache', 'semantic'];
  if (cache?.enabled === false) {
    throw new UserError(tell(path, 'needs the cache, which is turned off: expected enabled: true'));
  }
  const { calibration } = semantic;
  try {
    return semanticCacheOf(
      semantic,
      calibration === undefined ? null : pathOf(calibration),
      cache?.ttl_seconds ?? DEFAULT_CACHE.ttlSeconds,
    );
  } catch (error) {
    throw error instanceof UserError ? new UserError(tell(path, error.message)) : error;
  }
}

/** Those of the file, else of the table, else the simulated ones. */
function servedModels(
  document: ServiceDocument,
  table: RoutingTable | null,
  { catalogue, asOf }: ServiceConfigOptions,
): readonly ServedModel[] {
  if (document.models !== undefined) {
    return document.models.map((written) => ({
      ...modelSpecOf(connectionIn(written), catalogue, asOf),
      fallbacks: typeof written === 'string' ? [] : (written.fallbacks ?? []),
    }));
  }
  const connections = (table?.policy.models ?? SIMULATED_MODELS).map((id) => connectionOf(id, {}));
  const problems = connections.flatMap((model) => servingProblem(model, catalogue) ?? []);
  if (problems.length > 0) {
    throw new UserError(
      `The models of the routing table "${table?.name}" cannot be served as they are: ${problems.join('; ')}. Say how under models in a configuration file (--config).`,
    );
  }
  return connections.map((model) => ({ ...modelSpecOf(model, catalogue, asOf), fallbacks: [] }));
}

/** What names a model that is not served, or a name that is taken. */
function servedProblems(
  { models: written, aliases = {} }: ServiceDocument,
  models: readonly ServedModel[],
  table: RoutingTable | null,
  tell: Tell,
): readonly string[] {
  const served = models.map(({ id }) => id);
  const unknown = (id: string): string =>
    `found ${JSON.stringify(id)}, expected a model that is served: ${served.join(', ')}${didYouMean(id, served)}`;
  const problems = models.flatMap(({ id, fallbacks }, index) =>
    fallbacks.flatMap((fallback, nth) => {
      const path = ['models', index, 'fallbacks', nth];
      if (fallback === id) return [tell(path, `found "${id}" itself, expected another model`)];
      if (fallbacks.indexOf(fallback) < nth) {
        return [tell(path, `found "${fallback}" a second time, expected each model once`)];
      }
      return served.includes(fallback) ? [] : [tell(path, unknown(fallback))];
    }),
  );
  for (const [alias, id] of Object.entries(aliases)) {
    const path = ['aliases', alias];
    if (!served.includes(id)) problems.push(tell(path, unknown(id)));
    if (alias === AUTO || served.includes(alias)) {
      problems.push(tell(path, `hides what "${alias}" already means, expected another name`));
    }
    if (!/^\S{1,200}$/.test(alias)) {
      problems.push(tell(path, 'is no name, expected at most 200 characters without spaces'));
    }
  }
  const find = modelFinder(new Map(served.map((id) => [id, id])), aliases);
  const lacking = table?.policy.models.filter((name) => !find(name)) ?? [];
  if (table !== null && written !== undefined && lacking.length > 0) {
    const message = `the routing table "${table.name}" calls ${lacking.join(', ')}, expected ${lacking.length === 1 ? 'it' : 'them'} among the models that are served: ${served.join(', ')}`;
    problems.push(tell(['models'], message));
  }
  return problems;
}

/** Beyond this machine nothing is served to people who have no key. */
function hostProblems(
  host: string,
  { tenants }: ServiceDocument,
  fromFlag: boolean,
  tell: Tell,
): readonly string[] {
  if (isLoopback(host) || tenants !== undefined) return [];
  const message = `found ${JSON.stringify(host)}, which others can reach, expected tenants with keys in the configuration; "switchyard serve --new-key NAME" makes one`;
  return [fromFlag ? `--host: ${message}` : tell(['host'], message)];
}

function limitsOf(limits: ServiceDocument['limits']): ServiceConfig['limits'] {
  const maxTokens = limits?.max_tokens ?? DEFAULT_LIMITS.maxTokens;
  return {
    bodyBytes: limits?.body_mb === undefined ? DEFAULT_LIMITS.bodyBytes : limits.body_mb * 1e6,
    messages: limits?.messages ?? DEFAULT_LIMITS.messages,
    defaultMaxTokens:
      limits?.default_max_tokens ?? Math.min(DEFAULT_LIMITS.defaultMaxTokens, maxTokens),
    maxTokens,
    requestMs:
      limits?.request_seconds === undefined
        ? DEFAULT_LIMITS.requestMs
        : Math.round(limits.request_seconds * 1000),
    attempts: limits?.attempts ?? DEFAULT_LIMITS.attempts,
  };
}

function tenantOf(document: TenantDocument): TenantConfig {
  const { id, key_sha256: hashes } = document;
  return {
    id,
    keyHashes: (typeof hashes === 'string' ? [hashes] : hashes).map((hash) => hash.toLowerCase()),
    admin: document.admin ?? false,
    dailyUsd: document.daily_usd ?? null,
    monthlyUsd: document.monthly_usd ?? null,
    softShare: document.soft_share ?? DEFAULT_SOFT_SHARE,
    requestsPerMinute: document.requests_per_minute ?? null,
    tokensPerMinute: document.tokens_per_minute ?? null,
  };
}

/** What a simulated judge says of live answers is made up. */
function judgeWarnings({ learning, models }: ServiceConfig): readonly string[] {
  const judge = learning?.judge?.model;
  // Only what is simulated has no price of its own.
  const isLive = models.some(({ pricing }) => pricing !== null);
  if (judge === undefined || judge.pricing !== null || !isLive) return [];
  return [`the judge "${judge.id}" is simulated: what it says of live answers is never evidence`];
}

function tableWarnings({ name, needs }: RoutingTable): readonly string[] {
  if (!needs.domain) return [];
  return [
    `the routing table "${name}" decides by the kind of work: callers declare it in the header x-switchyard-domain, or in the member domain of /v1/generate`,
  ];
}
