import { z } from 'zod';
import { UserError } from '../../user-error.js';
import { written } from '../policy-document.js';
import { CellMeans } from './clusters/cell-means.js';
import { declaredDomains, undeclared } from './domains/declared-domains.js';
import { overallMeans, overallMeansSchema } from './overall-means.js';
import { predictingRouter } from './predicting-router.js';
import type { PredictorMethod } from './predictor.js';

const documentSchema = z.strictObject({
  /** For domains never measured. */
  overall: overallMeansSchema,
  domains: z.array(overallMeansSchema.extend({ domain: z.string() })).max(10_000),
});
type PerDomainDocument = z.output<typeof documentSchema>;

/**
 * Forecasts for each model its plain mean quality and cost in the declared domain; where it was not
 * measured there, its mean over all. All weight on quality is the lookup of the best model by domain,
 * which every router has to beat.
 */
export const perDomainMethod: PredictorMethod<PerDomainDocument> = {
  id: 'per-domain',
  summary: 'Mean quality and cost of each model in the declared domain',
  source: 'baseline',
  usesDomain: true,
  topDial: 'best',
  settings: z.strictObject({}),
  document: documentSchema,
  learn(data) {
    const { names, labels, without } = declaredDomains(data);
    if (without > 0) return { leftOut: undeclared(data, without) };
    const overall = overallMeans(data);
    if ('leftOut' in overall) return overall;
    const width = data.models.length;
    const quality = new CellMeans(names.length, width).add(data.score, labels);
    const cost = new CellMeans(names.length, width).add(data.cost, labels);
    const meansIn = (table: CellMeans, cell: number, otherwise: readonly number[]): number[] =>
      otherwise.map((value, model) =>
        table.count(cell, model) === 0 ? value : written(table.mean(cell, model)),
      );
    return {
      overall,
      domains: names.map((domain, cell) => ({
        domain,
        quality: meansIn(quality, cell, overall.quality),
        cost: meansIn(cost, cell, overall.cost),
      })),
    };
  },
  load({ overall, domains }, models) {
    const forecastOf = ({ quality, cost }: PerDomainDocument['overall'], place: string) => {
      if (quality.length !== models || cost.length !== models) {
        throw new UserError(
          `Policy "per-domain": \`${place}\`: expected ${models} numbers each for quality and cost, got ${quality.length} and ${cost.length}: export the policy again`,
        );
      }
      return { quality: Float64Array.from(quality), cost: Float64Array.from(cost) };
    };
    const otherwise = forecastOf(overall, 'parameters.predictor.overall');
    const byDomain = new Map(
      domains.map(({ domain, ...means }, at) => [
        domain,
        forecastOf(means, `parameters.predictor.domains[${at}]`),
      ]),
    );
    return {
      needsDomain: true,
      forecast: ({ domain }) => byDomain.get(domain ?? '') ?? otherwise,
      explain: ({ domain }) =>
        byDomain.has(domain ?? '')
          ? `means of the prompts measured in domain ${JSON.stringify(domain)}`
          : `domain ${JSON.stringify(domain)} was not measured: means over all domains`,
    };
  },
};

/** The baseline that knows the declared domain and nothing else. */
export const perDomain = predictingRouter(perDomainMethod);
