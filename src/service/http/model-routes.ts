import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toUsd } from '../../costs/index.js';
import { didYouMean } from '../../did-you-mean.js';
import type { Gateway } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import { FAILURES } from './failure-schema.js';
import { findModel } from './find-model.js';
import type { ListedModel } from './server-options.js';

const price = z.number().nullable();
const model = z.object({
  id: z.string(),
  object: z.literal('model'),
  type: z.literal('model'),
  display_name: z.string(),
  created: z.int(),
  created_at: z.string(),
  owned_by: z.string(),
  aliases: z.array(z.string()),
  simulated: z.boolean().nullable().describe('Null for "auto", as the routing table decides.'),
  pricing: z
    .object({ input: price, cached_input: price, cache_write: price, output: price })
    .nullable()
    .describe('US dollars per million tokens; null for "auto".'),
});
type Listed = z.infer<typeof model>;

export interface ModelRoutesOptions {
  readonly gateway: Gateway;
  readonly models: readonly ListedModel[];
}

/** Clients want a date of every model, and none is known: that of the format. */
const CREATED = { created: 1_767_225_600, created_at: '2026-01-01T00:00:00Z' } as const;

/** One list that every official client reads as its own. */
export function addModelRoutes(
  instance: FastifyInstance,
  { gateway, models }: ModelRoutesOptions,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const auto = gateway.models[0] === 'auto' ? [listed('auto', 'switchyard', null)] : [];
  const data = [...auto, ...models.map(listedModel)];

  app.get(
    '/v1/models',
    {
      schema: {
        summary: 'Models that a request may name; "auto" first where a routing table is loaded',
        tags: ['models'],
        response: {
          200: z.object({
            object: z.literal('list'),
            data: z.array(model),
            has_more: z.literal(false),
            first_id: z.string().nullable(),
            last_id: z.string().nullable(),
          }),
          ...FAILURES,
        },
      },
    },
    async () => ({
      object: 'list' as const,
      data,
      has_more: false as const,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
    }),
  );

  const find = (name: string): Listed => {
    const id = findModel(models, name)?.id ?? name;
    const found = data.find((one) => one.id === id);
    if (found === undefined) throw unknownModel(name, gateway.models);
    return found;
  };
  const response = { 200: model, ...FAILURES };
  app.get(
    '/v1/models/:model',
    {
      schema: {
        summary: 'One model',
        tags: ['models'],
        params: z.object({ model: z.string() }),
        response,
      },
    },
    async ({ params }) => find(params.model),
  );
  // The slash of `provider/name`, as people write it.
  app.get(
    '/v1/models/*',
    { schema: { hide: true, params: z.object({ '*': z.string() }), response } },
    async ({ params }) => find(params['*']),
  );
}

/** @param names what a request may name instead */
export function unknownModel(name: string, names: readonly string[]): Refusal {
  return new Refusal('model_not_found', {
    status: 404,
    message: `The model "${name.slice(0, 100)}" is not served here${didYouMean(name, names)}. Models: ${names.slice(0, 20).join(', ')}.`,
    code: 'model_not_found',
    param: 'model',
  });
}

function listedModel({ id, aliases, pricing, simulated }: ListedModel): Listed {
  const { input, cachedInput, cacheWrite, output } = pricing.rates;
  return {
    ...listed(id, id.slice(0, Math.max(0, id.indexOf('/'))), simulated),
    aliases: [...aliases],
    pricing: {
      input: toUsd(input),
      cached_input: cachedInput === null ? null : toUsd(cachedInput),
      cache_write: cacheWrite === null ? null : toUsd(cacheWrite),
      output: toUsd(output),
    },
  };
}

const listed = (id: string, owner: string, simulated: boolean | null): Listed => ({
  id,
  object: 'model',
  type: 'model',
  display_name: id,
  ...CREATED,
  owned_by: owner,
  aliases: [],
  simulated,
  pricing: null,
});
