import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toUsd } from '../../costs/index.js';
import { mapping, text } from '../../documents/index.js';
import type { ActivityRow, TechniqueSaving } from '../activity.js';
import type { ServiceLedger } from '../ledger.js';
import { FAILURES } from './failure-schema.js';
import { lastDays } from './last-days.js';
import { queryInteger } from './request-schema.js';
import { visibleTenant } from './tenant-filter.js';

const MOST_DAYS = 3660;

const technique = {
  requests: z.int().describe('That it helped.'),
  saving: z.number().describe('US dollars, as far as they are known.'),
  unknown: z.int().describe('Of the requests, those whose saving is unknown: they are in no sum.'),
};
const activitySchema = z.object({
  date: z.string(),
  simulated: z.boolean().describe('Whether the models were: nobody spent or saved this money.'),
  requests: z.int(),
  failed: z.int().describe('Without an answer, though somebody waited for one.'),
  left: z.int().describe('Whose caller left before the answer.'),
  exact: z.object(technique).describe('Answers given before to the very same request.'),
  similar: z.object(technique).describe('Answers given before to a request in other words.'),
  compression: z
    .object({ ...technique, tokens: z.int().describe('Input tokens removed, estimated.') })
    .describe('Its saving is the tokens removed at the input price of the models asked.'),
});

/** What became of requests, and what each technique saved. */
export function addActivityRoute(
  instance: FastifyInstance,
  { ledger, now }: { readonly ledger: Pick<ServiceLedger, 'activity'>; readonly now: () => number },
): void {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/v1/activity',
    {
      config: { confidential: true },
      schema: {
        summary: 'Requests, failures and savings by technique, by day, live and simulated apart',
        tags: ['costs'],
        querystring: mapping('a query', {
          days: queryInteger(1, MOST_DAYS).default(30),
          tenant: text('the name of one tenant')
            .optional()
            .describe('One tenant only; for administrators.'),
        }),
        response: {
          200: z.object({
            start_date: z.string(),
            end_date: z.string(),
            tenant: z.string().nullable(),
            days: z.array(activitySchema),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const tenant = visibleTenant(exchange, query.tenant);
      const period = lastDays(query.days, now());
      const rows = await ledger.activity({
        from: period.start_date,
        to: period.end_date,
        ...(tenant === undefined ? {} : { tenant }),
      });
      return { ...period, tenant: tenant ?? null, days: rows.map(activityBody) };
    },
  );
}

const activityBody = (row: ActivityRow): z.infer<typeof activitySchema> => ({
  date: row.day,
  simulated: row.origin === 'simulated',
  requests: row.requests,
  failed: row.failed,
  left: row.left,
  exact: inUsd(row.exact),
  similar: inUsd(row.similar),
  compression: inUsd(row.compression),
});

const inUsd = <One extends TechniqueSaving>(one: One): One => ({
  ...one,
  saving: toUsd(one.saving),
});
