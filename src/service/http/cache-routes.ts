import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { GUARD_NAMES, type GuardName } from '../../caches/index.js';
import { mapping, text } from '../../documents/index.js';
import { Refusal } from '../refusal.js';
import { tenantOf } from './admission.js';
import { FAILURES } from './failure-schema.js';
import { queryInteger } from './request-schema.js';
import type { ServerOptions } from './server-options.js';
import { visibleTenant } from './tenant-filter.js';

const confidential = { confidential: true };
const tenant = text('the name of one tenant')
  .optional()
  .describe('One tenant only; for administrators.');

const semanticFigures = z
  .object({
    threshold: z.number().describe('Least similarity of two requests that share an answer.'),
    calibrated: z.boolean().describe('False where nothing was measured with this threshold.'),
    max_false_hits: z
      .number()
      .nullable()
      .describe(
        'Of pairs with different answers, the largest share that may be hits, as it was calibrated at 95 % confidence; null where it was not.',
      ),
    entries: z.int(),
    hits: z.int(),
    misses: z.int().describe('Of requests that the exact cache had no answer to.'),
    unembedded: z.int().describe('Misses for want of an embedding, in time or at all.'),
    refused: z
      .object(Object.fromEntries(GUARD_NAMES.map((guard) => [guard, z.int()])) as Refused)
      .describe('Misses although a request was similar enough, by the guard that refused it.'),
  })
  .nullable()
  .describe('Of answers to requests in other words; null where none are repeated.');
type Refused = Record<GuardName, z.ZodInt>;

/** What the cache holds and how often it helped. */
export function addCacheRoutes(
  instance: FastifyInstance,
  { cache, semantic: config }: Pick<ServerOptions, 'cache' | 'semantic'>,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/v1/cache/stats',
    {
      config: confidential,
      schema: {
        summary: 'How much is cached and how often it helped, since the service began',
        tags: ['cache'],
        querystring: mapping('a query', { tenant }),
        response: {
          200: z.object({
            enabled: z.boolean(),
            entries: z.int(),
            bytes: z.int(),
            hits: z.int(),
            misses: z.int(),
            evictions: z.int(),
            hit_rate: z.number().nullable().describe('Null before the first look.'),
            semantic: semanticFigures,
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const visible = visibleTenant(exchange, query.tenant);
      const stats = cache?.stats(visible) ?? NOTHING;
      const { semantic } = stats;
      const looks = stats.hits + stats.misses;
      return {
        enabled: cache !== null,
        ...stats,
        hit_rate: looks === 0 ? null : stats.hits / looks,
        semantic:
          config === undefined || semantic === null
            ? null
            : {
                ...semantic,
                threshold: config.threshold,
                calibrated: config.calibration !== null,
                max_false_hits: config.calibration?.max_false_hits ?? null,
              },
      };
    },
  );

  app.get(
    '/v1/cache/entries',
    {
      config: confidential,
      schema: {
        summary: 'What is cached, newest first, without its answers',
        tags: ['cache'],
        querystring: mapping('a query', {
          limit: queryInteger(1, 1000).default(100),
          tenant,
        }),
        response: {
          200: z.object({
            entries: z.array(
              z.object({
                id: z.string(),
                tenant: z.string(),
                model: z.string(),
                stored_at: z.string(),
                expires_at: z.string(),
                bytes: z.int(),
                hits: z.int(),
                similar: z
                  .boolean()
                  .describe('Whether it is repeated to requests in other words, too.'),
                text: z
                  .string()
                  .nullable()
                  .describe(
                    "The words that others are compared with, for the tenant's own key and where it is similar; else null.",
                  ),
              }),
            ),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const visible = visibleTenant(exchange, query.tenant);
      const { id } = tenantOf(exchange);
      const entries = cache?.list(visible, query.limit) ?? [];
      return {
        entries: entries.map(({ storedAt, expiresAt, text, ...entry }) => ({
          ...entry,
          text: entry.tenant === id ? text : null,
          stored_at: storedAt,
          expires_at: expiresAt,
        })),
      };
    },
  );

  app.delete(
    '/v1/cache/entries/:id',
    {
      config: confidential,
      schema: {
        summary: 'Forgets one cached answer',
        tags: ['cache'],
        params: z.object({ id: z.string() }),
        response: { 200: z.object({ deleted: z.literal(true), id: z.string() }), ...FAILURES },
      },
    },
    async ({ exchange, params: { id } }) => {
      if (!cache?.delete(id, visibleTenant(exchange, undefined))) throw NO_ENTRY;
      return { deleted: true as const, id };
    },
  );
}

const NOTHING = { entries: 0, bytes: 0, hits: 0, misses: 0, evictions: 0, semantic: null };

const NO_ENTRY = new Refusal('not_found', {
  status: 404,
  message:
    'There is no such entry; it may have expired or made room. /v1/cache/entries lists those that there are.',
  code: 'entry_not_found',
});
