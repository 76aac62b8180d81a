import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HybridCache } from '../../caches/index.js';
import { mapping, text } from '../../documents/index.js';
import { Refusal } from '../refusal.js';
import { FAILURES } from './failure-schema.js';
import { queryInteger } from './request-schema.js';
import { visibleTenant } from './tenant-filter.js';

const confidential = { confidential: true };
const tenant = text('the name of one tenant')
  .optional()
  .describe('One tenant only; for administrators.');

/** What the exact cache holds and how often it helped. */
export function addCacheRoutes(
  instance: FastifyInstance,
  { cache }: { readonly cache: HybridCache | null },
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
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const visible = visibleTenant(exchange, query.tenant);
      const stats = cache?.stats(visible) ?? NOTHING;
      const looks = stats.hits + stats.misses;
      return {
        enabled: cache !== null,
        ...stats,
        hit_rate: looks === 0 ? null : stats.hits / looks,
      };
    },
  );

  app.get(
    '/v1/cache/entries',
    {
      config: confidential,
      schema: {
        summary: 'What is cached, newest first, without its texts',
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
              }),
            ),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const visible = visibleTenant(exchange, query.tenant);
      const entries = cache?.list(visible, query.limit) ?? [];
      return {
        entries: entries.map(({ storedAt, expiresAt, ...entry }) => ({
          ...entry,
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

const NOTHING = { entries: 0, bytes: 0, hits: 0, misses: 0, evictions: 0 };

const NO_ENTRY = new Refusal('not_found', {
  status: 404,
  message:
    'There is no such entry; it may have expired or made room. /v1/cache/entries lists those that there are.',
  code: 'entry_not_found',
});
