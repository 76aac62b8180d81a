import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gateway } from '../pipeline.js';
import type { Tenants } from '../tenants.js';
import { requireAdmin } from './admission.js';
import { FAILURES } from './failure-schema.js';
import type { ServiceMetrics } from './metrics.js';
import type { ListedModel, LoadedTable } from './server-options.js';

export interface StatusRoutesOptions {
  readonly gateway: Gateway;
  readonly tenants: Tenants;
  readonly metrics: ServiceMetrics;
  readonly models: readonly ListedModel[];
  readonly table: LoadedTable | null;
  readonly version: string;
}

const health = z.object({
  status: z.enum(['ok', 'degraded']),
  simulated: z.boolean().describe('Whether every model is simulated.'),
  version: z.string().optional().describe('This and what follows: with a key.'),
  uptime_seconds: z.number().optional(),
  table: z.object({ name: z.string(), policy: z.string(), sha256: z.string() }).nullish(),
  models: z.array(z.string()).optional(),
});

/** How the service is, for those who watch over it. */
export function addStatusRoutes(instance: FastifyInstance, options: StatusRoutesOptions): void {
  const { gateway, tenants, metrics, models, table, version } = options;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const startedAt = performance.now();
  const simulated = models.every((model) => model.simulated);

  app.get(
    '/health',
    {
      config: { open: true },
      schema: {
        summary: 'Whether the service answers; needs no key, and tells more with one',
        tags: ['status'],
        security: [],
        response: {
          200: health.describe('It takes requests.'),
          503: health.describe('Its ledger cannot be written, so it takes none for now.'),
          ...FAILURES,
        },
      },
    },
    async ({ exchange }, reply) => {
      const { accepting } = gateway;
      return reply.code(accepting ? 200 : 503).send({
        status: accepting ? ('ok' as const) : ('degraded' as const),
        simulated,
        // A stranger needs to know no more than whether to come back.
        ...(exchange.tenant === null
          ? {}
          : {
              version,
              uptime_seconds: Math.round(performance.now() - startedAt) / 1000,
              table,
              models: [...gateway.models],
            }),
      });
    },
  );

  app.get(
    '/metrics',
    {
      config: { confidential: true },
      schema: {
        summary: 'Metrics for Prometheus; needs the key of an administrator where there are keys',
        tags: ['status'],
        response: {
          200: {
            description: 'The text format of Prometheus.',
            content: { 'text/plain': { schema: z.string() } },
          },
          ...FAILURES,
        },
      },
    },
    async ({ exchange }, reply) => {
      if (tenants.keyed) requireAdmin(exchange);
      return reply
        .type(metrics.contentType)
        .serializer((text: string) => text)
        .send(await metrics.read());
    },
  );

  let document: string | null = null;
  instance.get(
    '/openapi.json',
    {
      config: { open: true },
      schema: {
        summary: 'This description; needs no key',
        tags: ['status'],
        security: [],
        response: { 200: z.looseObject({}).describe('OpenAPI 3.1.') },
      },
    },
    async (_request, reply) => {
      document ??= JSON.stringify(instance.swagger());
      return reply
        .type('application/json; charset=utf-8')
        .serializer((text: string) => text)
        .send(document);
    },
  );
}
