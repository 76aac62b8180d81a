import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DriftMonitor } from '../drift/drift-monitor.js';
import { requireAdmin } from './admission.js';
import { FAILURES } from './failure-schema.js';

const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });

const figure = z.object({
  expected: interval
    .nullable()
    .describe('What the routing table expects; null where it does not say.'),
  live: interval.nullable().describe('Low and high hold at every moment at once, 95 % together.'),
  n: z.int().describe('Values that the live interval rests on.'),
  status: z
    .enum(['within', 'outside', 'too_few', 'unknown'])
    .describe('`outside`: the live interval lies wholly outside of the expected one.'),
});

const report = z.object({
  since: z.string().describe('When this process began to watch.'),
  simulated: z.boolean().describe('Whether simulated answers are among them: never evidence.'),
  quality: figure.describe(
    "Mean score of the judge's random sample; what callers say is not in it.",
  ),
  cost_usd_per_1k: figure,
  shares: z.record(z.string(), figure).describe('By model: share of operations sent to it.'),
});

/** Live quality, cost and mix beside what the routing table expects; of all tenants together. */
export function addDriftRoute(
  instance: FastifyInstance,
  { drift }: { readonly drift?: Pick<DriftMonitor, 'report'> },
): void {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/v1/drift',
    {
      config: { confidential: true },
      schema: {
        summary: 'Whether live traffic has left what the routing table expects; for administrators',
        tags: ['costs'],
        response: { 200: z.object({ drift: report.nullable() }), ...FAILURES },
      },
    },
    async ({ exchange }) => {
      requireAdmin(exchange);
      if (drift === undefined) return { drift: null };
      const { cost, ...seen } = drift.report();
      return { drift: { ...seen, cost_usd_per_1k: cost } };
    },
  );
}
