import { z } from 'zod';
import type { Policy, PolicyDocument } from '../policies/index.js';
import { betterModel, type ModelMeans, meansByModel } from './model-means.js';
import { checkedParameters, modelIndex } from './policy-document.js';
import type { Router, RouterData } from './router.js';
import { singleCallPolicy } from './single-call-policy.js';

interface Lookup {
  readonly by_domain: readonly { readonly domain: string; readonly model: number }[];
  /** For domains never seen. */
  readonly fallback: number;
}

function perDomainPolicy(document: PolicyDocument, lookup: Lookup): Policy {
  const byDomain = new Map(lookup.by_domain.map(({ domain, model }) => [domain, model]));
  return singleCallPolicy(
    document,
    ({ domain }) => {
      const known = domain === null ? undefined : byDomain.get(domain);
      return {
        model: known ?? lookup.fallback,
        propensity: 1,
        explain: () => [
          known === undefined
            ? `domain ${JSON.stringify(domain)} was not measured: the best model overall`
            : `the best model measured on domain ${JSON.stringify(domain)}`,
        ],
      };
    },
    { needsDomain: true },
  );
}

function rowsWith(data: RouterData, domain: string): RouterData {
  const rows = data.features.flatMap((features, row) => (features.domain === domain ? [row] : []));
  const pick = (column: Float64Array): Float64Array =>
    Float64Array.from(
      rows.flatMap((row) => [
        ...column.subarray(row * data.models.length, (row + 1) * data.models.length),
      ]),
    );
  return {
    models: data.models,
    features: rows.map((row) => data.features[row]!),
    score: pick(data.score),
    cost: pick(data.cost),
    text: [],
    failed: new Uint8Array(rows.length * data.models.length),
    groups: Int32Array.from(rows, (row) => data.groups[row]!),
  };
}

const best = (models: readonly ModelMeans[]): ModelMeans => models.reduce(betterModel);

/** The baseline that knows the declared domain and nothing else: a lookup of the best model. */
export const perDomain: Router = {
  id: 'per-domain',
  summary: 'The best model of each declared domain',
  source: 'baseline',
  fit(fit, tune) {
    const all = [...fit.features, ...tune.features];
    const without = all.filter(({ domain }) => domain === null).length;
    if (without > 0) return { leftOut: `${without} of ${all.length} prompts declare no domain` };
    const domains = [...new Set(fit.features.flatMap(({ domain }) => domain ?? []))].sort();
    const fallback = best(meansByModel(fit));
    const winners = domains.map((domain) => best(meansByModel(rowsWith(fit, domain))));
    const used = [...new Set([fallback, ...winners].map(({ index }) => index))].sort(
      (a, b) => a - b,
    );
    const parameters = {
      by_domain: domains.map((domain, at) => ({ domain, model: used.indexOf(winners[at]!.index) })),
      fallback: used.indexOf(fallback.index),
    };
    const models = used.map((index) => fit.models[index]!);
    return [
      perDomainPolicy({ router: 'per-domain', dial: 'best', models, parameters }, parameters),
    ];
  },
  fromDocument(document) {
    const model = modelIndex(document);
    const schema = z.strictObject({
      by_domain: z.array(z.strictObject({ domain: z.string().max(500), model })).max(10_000),
      fallback: model,
    });
    return perDomainPolicy(document, checkedParameters(schema, document));
  },
};
