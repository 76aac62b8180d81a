import { z } from 'zod';

const estimate = z.strictObject({
  mean: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

const dollars = z.number().min(0).max(1_000_000);

const signal = z.strictObject({
  id: z.string().min(1).max(500),
  kind: z.enum(['embedding', 'complexity']),
  model: z.string().min(1).max(300),
  base_url: z.string().min(1).max(2000).nullable(),
  api_key_env: z.string().min(1).max(200).nullable(),
  price: z
    .strictObject({
      input: dollars,
      output: dollars,
      cached_input: dollars.optional(),
      cache_write: dollars.optional(),
      per_request: dollars.optional(),
      batch_multiplier: z.number().min(0).max(1).optional(),
    })
    .nullable(),
  version: z.string().min(1).max(100),
});

/** The shape of a routing table in a file; what its policy's parameters mean is the router's business. */
export const routingTableSchema = z.strictObject({
  format: z.literal('switchyard-routing-table'),
  format_version: z.literal(1),
  name: z.string().min(1).max(300),
  created_at: z.string().min(1).max(40),
  simulated: z.boolean(),
  policy: z.strictObject({
    id: z.string().min(1).max(500),
    router: z.string().min(1).max(100),
    dial: z.string().min(1).max(300),
    models: z.array(z.string().min(1).max(300)).min(1).max(1000),
    parameters: z.record(z.string(), z.unknown()),
  }),
  router_file: z
    .strictObject({
      path: z.string().min(1).max(4000),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .optional(),
  needs: z.strictObject({
    domain: z.boolean(),
    answers: z.boolean(),
    signals: z.array(z.string().min(1).max(500)).min(1).max(20).optional(),
  }),
  signals: z.array(signal).min(1).max(20).optional(),
  expected: z.strictObject({
    quality: estimate,
    cost_usd_per_1k: estimate,
    shares: z.record(z.string(), z.number()),
    describes: z.enum(['policy', 'procedure']),
  }),
  provenance: z.strictObject({
    run: z.string(),
    data_hash: z.string(),
    seed: z.number(),
    split_seed: z.number(),
    fitted_on: z.enum(['fit', 'everything']),
    prompts: z.int().min(0),
    judge: z.string(),
    code_version: z.string(),
    verdict: z.string(),
    warnings: z.array(z.string()),
  }),
});
