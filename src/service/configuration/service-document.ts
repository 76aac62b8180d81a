import { z } from 'zod';
import { amount, flag, integer, listOf, mapping, text } from '../../documents/index.js';
import { connectionKeys, MODEL_EXPECTED, modelId, timeoutSeconds } from '../../models/index.js';
import { TENANT_ID, TENANT_ID_EXPECTED } from '../tenants/tenant-id.js';
import { learning } from './learning-document.js';
import { semanticCache } from './semantic-cache-document.js';

/** The configuration file of the service, as written. */

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

const path = (what: string) =>
  text('a path').describe(
    `${what} Relative to this file; \${SWITCHYARD_…} stands for that environment variable.`,
  );

const MODEL_ENTRY_EXPECTED = 'a model as "provider/name" or a mapping with id';
export const servedModel = z.union(
  [
    modelId,
    mapping(MODEL_ENTRY_EXPECTED, {
      id: modelId.describe('The model as provider/name.'),
      ...connectionKeys,
      timeout_seconds: timeoutSeconds,
      fallbacks: listOf(modelId, 'a list of models of this file')
        .describe(
          'Models of this file, asked in this order where it fails before anything was shown.',
        )
        .optional(),
    }),
  ],
  { error: MODEL_ENTRY_EXPECTED },
);

const ALIASES_EXPECTED = 'a mapping of names to models, such as { fast: openai/gpt-4o-mini }';

const cache = mapping('a mapping with enabled, ttl_seconds, max_entries, max_mb or semantic', {
  enabled: flag().describe('Whether answers are repeated at all. Default true.').optional(),
  ttl_seconds: integer(1, 31_536_000)
    .describe('How long an answer may be repeated. Default 3600.')
    .optional(),
  max_entries: integer(1, 10_000_000).describe('Most answers kept. Default 10000.').optional(),
  max_mb: integer(1, 65_536).describe('Most megabytes of answers kept. Default 256.').optional(),
  semantic: semanticCache.optional(),
}).describe('The cache: repeats an answer where every word of the request is the same.');

const limits = mapping('a mapping of limits', {
  body_mb: integer(1, 1_024)
    .describe('Largest body of a request, in megabytes. Default 10.')
    .optional(),
  messages: integer(1, 100_000).describe('Most messages of a request. Default 2000.').optional(),
  default_max_tokens: integer(1, 1_000_000)
    .describe('Most tokens of an answer where the caller names no limit. Default 4096.')
    .optional(),
  max_tokens: integer(1, 1_000_000)
    .describe('Most tokens of an answer that a caller may ask for. Default 32000.')
    .optional(),
  request_seconds: amount('seconds for a request to arrive', 3_600)
    .positive({ error: 'seconds for a request to arrive, more than 0' })
    .describe('Seconds in which a request must have arrived whole. Default 30.')
    .optional(),
  attempts: integer(1, 10)
    .describe('Attempts at one model before its fallbacks. Default 2.')
    .optional(),
}).describe('What a request may be and take.');

const KEY_EXPECTED =
  'the SHA-256 of a key as 64 hex digits, or a list of these; "switchyard serve --new-key NAME" makes one';
const keyHash = z
  .string({ error: KEY_EXPECTED })
  .regex(/^[0-9a-fA-F]{64}$/, { error: KEY_EXPECTED });

const tenant = mapping('a mapping with id and key_sha256', {
  id: z
    .string({ error: TENANT_ID_EXPECTED })
    .regex(TENANT_ID, { error: TENANT_ID_EXPECTED })
    .describe('Name of the tenant, in the ledger and in reports.'),
  key_sha256: z
    .union([keyHash, listOf(keyHash, KEY_EXPECTED)], { error: KEY_EXPECTED })
    .describe(
      'SHA-256 of its bearer key, or of several; made by "switchyard serve --new-key NAME".',
    ),
  admin: flag().describe("Sees everybody's costs and the cache. Default false.").optional(),
  daily_usd: amount('US dollars')
    .describe('Most it may spend in a day, UTC. Default: no cap.')
    .optional(),
  monthly_usd: amount('US dollars')
    .describe('Most it may spend in a month, UTC. Default: no cap.')
    .optional(),
  soft_share: amount('a share of a cap', 1)
    .describe('Share of a cap from which answers carry a warning. Default 0.8.')
    .optional(),
  requests_per_minute: integer(1, 10_000_000).describe('Requests per minute.').optional(),
  tokens_per_minute: integer(1, 1_000_000_000)
    .describe('Tokens per minute: those of the request, estimated, and the most of its answer.')
    .optional(),
});

export const serviceDocument = mapping('a mapping of keys such as models and tenants', {
  host: text('a host name or an address')
    .describe('Address to listen on. Default 127.0.0.1; any other than loopback needs tenants.')
    .optional(),
  port: integer(0, 65_535)
    .describe('Port to listen on; 0 picks a free one. Default 8787.')
    .optional(),
  allowed_hosts: listOf(text('a host name'), 'a list of host names')
    .describe('Names in the Host header that are answered besides the loopback ones and host.')
    .optional(),
  table: path(
    'Routing table that "switchyard export" wrote; requests for the model "auto" are decided by it.',
  ).optional(),
  models: listOf(servedModel, 'a list of at least one model')
    .describe(
      'The models that are served. Default: those of the table, or the simulated ones without a table.',
    )
    .optional(),
  aliases: z
    .record(z.string(), z.string({ error: MODEL_EXPECTED }), { error: ALIASES_EXPECTED })
    .describe('Names that callers may use for a model.')
    .optional(),
  cache: cache.optional(),
  learning: learning.optional(),
  limits: limits.optional(),
  tenants: listOf(tenant, 'a list of at least one tenant')
    .describe('Who may use the service, by key. Default: anybody on this machine.')
    .optional(),
  store_prompts: flag()
    .describe('Whether the ledger keeps the texts of requests and answers. Default false.')
    .optional(),
  ledger: path(
    'The ledger, a DuckDB file. Default: results/service.duckdb in the working folder.',
  ).optional(),
  snapshots: mapping('a mapping with folder and every_minutes', {
    folder: path('Where the snapshots go.'),
    every_minutes: integer(1, 10_080).describe('Minutes from one snapshot to the next.'),
  })
    .describe('Copies of the ledger as Parquet files, on a schedule. Default: none.')
    .optional(),
  simulated: mapping('a mapping with dataset or seed', {
    dataset: path(
      'Dataset whose right answers the simulated models know. Default: the quickstart set.',
    ).optional(),
    seed: integer(0, 2_147_483_647).describe('Seed of their answers. Default 1.').optional(),
  })
    .describe('What simulated models know and draw from.')
    .optional(),
  log_level: z
    .enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(', ')}` })
    .describe('How much is logged. Default info.')
    .optional(),
});

export type ServiceDocument = z.output<typeof serviceDocument>;
export type ServedModelDocument = z.output<typeof servedModel>;
export type TenantDocument = z.output<typeof tenant>;
