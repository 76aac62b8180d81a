import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toUsd } from '../../costs/index.js';
import { mapping, text } from '../../documents/index.js';
import type { ServiceLedger } from '../ledger.js';
import type { Operation, RoutingLog } from '../operation.js';
import { FAILURES } from './failure-schema.js';
import { queryInteger } from './request-schema.js';
import { visibleTenant } from './tenant-filter.js';

const operationSchema = z.object({
  id: z.string(),
  received_at: z.string(),
  tenant: z.string(),
  tag: z.string().nullable(),
  endpoint: z.string(),
  requested_model: z.string(),
  model: z.string().nullable(),
  simulated: z.boolean(),
  cause: z.string().nullable(),
  cache: z.string(),
  cache_entry: z
    .string()
    .nullable()
    .describe('For a hit, the entry that was repeated, which may be gone by now.'),
  similarity: z
    .number()
    .nullable()
    .describe('For a hit on a request in other words, their cosine.'),
  streamed: z.boolean(),
  status: z.int(),
  error: z.string().nullable(),
  latency_ms: z.number(),
  first_byte_ms: z.number().nullable(),
  cost: z.number().nullable().describe('US dollars; null where unknown. Not spent if simulated.'),
  cache_saving: z.number().nullable(),
  tokens_removed: z.int(),
  policy: z.string().nullable(),
  routing: z
    .object({
      table: z.string().describe('SHA-256 of the routing table.'),
      domain: z.string().nullable(),
      steps: z.array(
        z.object({
          step: z.enum(['call', 'consult', 'stop']),
          model: z.string().nullable(),
          propensity: z.number().describe('Probability with which this step was drawn.'),
          eligible: z.array(z.string()),
          probabilities: z.array(z.number()).nullable(),
        }),
      ),
    })
    .nullable()
    .describe('How it was decided; null where the model was named.'),
});

/** The latest operations, without what was said in them. */
export function addOperationRoute(
  instance: FastifyInstance,
  { ledger }: { readonly ledger: ServiceLedger },
): void {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/v1/operations',
    {
      config: { confidential: true },
      schema: {
        summary: 'The latest operations, newest first, without their texts',
        tags: ['costs'],
        querystring: mapping('a query', {
          limit: queryInteger(1, 1000).default(50),
          tenant: text('the name of one tenant')
            .optional()
            .describe('One tenant only; for administrators.'),
        }),
        response: { 200: z.object({ operations: z.array(operationSchema) }), ...FAILURES },
      },
    },
    async ({ exchange, query }) => {
      const operations = await ledger.recent(query.limit, visibleTenant(exchange, query.tenant));
      return { operations: operations.map(operationBody) };
    },
  );
}

function operationBody(operation: Operation): z.infer<typeof operationSchema> {
  const { id, tenant, tag, endpoint, model, cause, cache, streamed, status, error } = operation;
  const { routing } = operation;
  return {
    id,
    received_at: operation.receivedAt,
    tenant,
    tag,
    endpoint,
    requested_model: operation.requestedModel,
    model,
    simulated: operation.origin === 'simulated',
    cause,
    cache,
    cache_entry: operation.cacheEntry,
    similarity: operation.similarity,
    streamed,
    status,
    error,
    latency_ms: operation.latencyMs,
    first_byte_ms: operation.firstByteMs,
    cost: operation.cost === null ? null : toUsd(operation.cost),
    cache_saving: operation.cacheSaving === null ? null : toUsd(operation.cacheSaving),
    tokens_removed: operation.tokensRemoved,
    policy: routing?.policy ?? null,
    routing: routing === null ? null : routingBody(routing),
  };
}

const routingBody = ({ table, domain, steps }: RoutingLog) => ({
  table,
  domain,
  steps: steps.map(({ eligible, probabilities, ...step }) => ({
    ...step,
    eligible: [...eligible],
    probabilities: probabilities === null ? null : [...probabilities],
  })),
});
