import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  COST_GROUPS,
  type CostFilter,
  type CostGroup,
  type CostReports,
} from '../../costs/index.js';
import { didYouMean } from '../../did-you-mean.js';
import { mapping, text } from '../../documents/index.js';
import type { OptimisationReport, OptimisationReports } from '../suggestions/suggestion.js';
import { costFigures, type GroupedFigures, readCosts } from './cost-figures.js';
import type { Exchange } from './exchange.js';
import { FAILURES } from './failure-schema.js';
import { lastDays } from './last-days.js';
import { queryInteger } from './request-schema.js';
import { visibleTenant } from './tenant-filter.js';

export interface CostRoutesOptions {
  readonly ledger: CostReports;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Nothing is suggested where it is absent. */
  readonly suggestions?: OptimisationReports;
}

const MOST_DAYS = 3660;

const tenant = text('the name of one tenant')
  .optional()
  .describe('One tenant only; for administrators.');
const day = z.iso
  .date({ error: 'a day in UTC like 2026-11-23' })
  .describe('Day in UTC, like 2026-11-23.');
const period = {
  start_date: day.optional().describe('The first day that counts, UTC.'),
  end_date: day.optional().describe('The last day that counts, UTC.'),
  tenant,
};
const isOrdered = ({
  start_date,
  end_date,
}: {
  start_date?: string | undefined;
  end_date?: string | undefined;
}) => start_date === undefined || end_date === undefined || start_date <= end_date;
const ORDER = { message: 'a day no later than end_date', path: ['start_date'] };

const GROUPS = `one or several of ${COST_GROUPS.join(', ')}, separated by commas, each once`;
const groupBy = z
  .union([z.string(), z.array(z.string())], { error: GROUPS })
  .default('model')
  .transform((given, { addIssue }) => {
    const groups = new Set<CostGroup>();
    for (const written of [given].flat().flatMap((one) => one.split(','))) {
      const name = written.trim();
      const group = COST_GROUPS.find((one) => one === name);
      if (group === undefined || groups.has(group)) {
        const hint = group === undefined ? didYouMean(name, COST_GROUPS) : '';
        addIssue({ code: 'custom', message: `${GROUPS}${hint}` });
        return z.NEVER;
      }
      groups.add(group);
    }
    return [...groups];
  })
  .describe(`${GROUPS}.`);

const total = z.object(costFigures);
const key = z.string().nullable();
const suggestion = z.object({
  id: z
    .string()
    .describe(
      'Kind of saving: routing, exact-cache, semantic-cache, compression, batching, failed.',
    ),
  title: z.string(),
  text: z.string().describe('What was found, with its counts.'),
  count: z.int().describe('Requests, calls or attempts that it concerns, of those looked at.'),
  of: z.int(),
  saving_usd: z
    .object({ value: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .describe(
      'A 95 % interval where a sample was looked at, else three times the same; null without an interval.',
    ),
  assumption: z.string().nullable().describe('What must hold for the saving to be one.'),
  simulated: z.boolean().describe('Whether it is about simulated requests: never evidence.'),
  query: z
    .string()
    .describe("The SQL that was run on the ledger's tables; a snapshot has them, too."),
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .describe("The query's named parameters."),
  computed: z
    .string()
    .nullable()
    .describe("What was computed from the query's rows; null for sums."),
});
const confidential = { confidential: true };

/** What was spent and saved: by day, by model, and by whatever else. */
export function addCostRoutes(
  instance: FastifyInstance,
  { ledger, now, suggestions }: CostRoutesOptions,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  const read = async (groups: readonly CostGroup[], filter: CostFilter) => {
    const [rows, [all]] = await Promise.all([
      readCosts(ledger, groups, filter),
      readCosts(ledger, [], filter),
    ]);
    return { rows, total: all!.figures, tenant: filter.tenant ?? null };
  };

  app.get(
    '/v1/costs/daily',
    {
      config: confidential,
      schema: {
        summary: 'Costs of the last days, one row a day that has any',
        tags: ['costs'],
        querystring: mapping('a query', {
          days: queryInteger(1, MOST_DAYS).default(30),
          tenant,
        }),
        response: {
          200: z.object({
            start_date: day,
            end_date: day,
            tenant: key,
            days: z.array(z.object({ date: z.string(), ...costFigures })),
            total,
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const period = lastDays(query.days, now());
      const { rows, ...rest } = await read(
        ['day'],
        filterOf(exchange, {
          ...period,
          tenant: query.tenant,
        }),
      );
      const days = rows.map(({ keys, figures }) => ({ date: keys[0] ?? '', ...figures }));
      return { ...period, ...rest, days };
    },
  );

  app.get(
    '/v1/costs/by-model',
    {
      config: confidential,
      schema: {
        summary: 'Costs by model',
        tags: ['costs'],
        querystring: mapping('a query', period).refine(isOrdered, ORDER),
        response: {
          200: z.object({
            tenant: key,
            models: z.array(z.object({ model: key, ...costFigures })),
            total,
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const { rows, ...rest } = await read(['model'], filterOf(exchange, query));
      const models = rows.map(({ keys, figures }) => ({ model: keys[0] ?? null, ...figures }));
      return { ...rest, models };
    },
  );

  app.get(
    '/v1/costs/report',
    {
      config: confidential,
      schema: {
        summary: 'Costs between two days, by any groups, and what could be saved',
        tags: ['costs'],
        querystring: mapping('a query', { ...period, group_by: groupBy }).refine(isOrdered, ORDER),
        response: {
          200: z.object({
            start_date: day.nullable(),
            end_date: day.nullable(),
            tenant: key,
            group_by: z.array(z.enum(COST_GROUPS)),
            rows: z.array(z.object({ ...groupKeys(), ...costFigures })),
            total,
            suggestions: z
              .array(suggestion)
              .describe('What could be saved, by what was served: largest first, simulated last.'),
            notes: z.array(z.string()).describe('What could not be computed, and why.'),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ exchange, query }) => {
      const { group_by } = query;
      const filter = filterOf(exchange, query);
      const [{ rows, ...rest }, report] = await Promise.all([
        read(group_by, filter),
        suggestions?.read(filter) ?? NOTHING,
      ]);
      return {
        start_date: query.start_date ?? null,
        end_date: query.end_date ?? null,
        group_by,
        ...rest,
        rows: rows.map((row) => namedRow(group_by, row)),
        suggestions: report.suggestions.map((one) => ({
          ...one,
          parameters: { ...one.parameters },
        })),
        notes: [...report.notes],
      };
    },
  );
}

const NOTHING: OptimisationReport = { suggestions: [], notes: [] };

interface Asked {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly tenant?: string | undefined;
}

function filterOf(exchange: Exchange, { start_date, end_date, tenant }: Asked): CostFilter {
  const visible = visibleTenant(exchange, tenant);
  return {
    ...(start_date === undefined ? {} : { from: start_date }),
    ...(end_date === undefined ? {} : { to: end_date }),
    ...(visible === undefined ? {} : { tenant: visible }),
  };
}

function groupKeys() {
  const optional = key.optional();
  return {
    day: optional,
    month: optional,
    model: optional,
    tenant: optional,
    tag: optional,
    purpose: optional,
  } satisfies Record<CostGroup, typeof optional>;
}

function namedRow(groups: readonly CostGroup[], { keys, figures }: GroupedFigures) {
  const named: Partial<Record<CostGroup, string | null>> = {};
  for (const [at, group] of groups.entries()) named[group] = keys[at] ?? null;
  return { ...named, ...figures };
}
