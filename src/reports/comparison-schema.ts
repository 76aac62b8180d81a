import { writeFileSync } from 'node:fs';
import { z } from 'zod';

const number = z.number();
const count = z.number().min(0);
const whole = z.int().min(0);
const share = z.number().min(0).max(1);

const estimate = z
  .strictObject({ mean: number.nullable(), low: number.nullable(), high: number.nullable() })
  .meta({
    id: 'estimate',
    description: 'A mean with its two-sided 95 % interval; null where undefined',
  });
const spread = z
  .strictObject({ mean: number, smallest: number, largest: number })
  .meta({ id: 'spread', description: 'Over orders of arrival; no interval' });
/** Over what an interval is. */
const sample = { prompts: count, groups: count };
/** The same, of comparisons that may be older than its record. */
const sampleOrNull = { prompts: count.nullable(), groups: count.nullable() };

const check = z.strictObject({
  name: z.enum(['quality', 'cost', 'mixture']),
  text: z.string(),
  estimate,
  threshold: number.describe('What the one-sided bound is held against'),
  p_value: share.nullable(),
  holds: z.boolean(),
});

const verdict = z.strictObject({
  answer: z.enum(['route', 'do_not_route', 'too_close']),
  policy: z.string().describe('What to use: the candidate, or the model where not to route'),
  text: z.string(),
  margin: number.describe('Quality drop that still counts as equal'),
  alpha: share,
  discordance: share
    .nullable()
    .describe('Share of prompts on which candidate and reference differ'),
  n_needed: count.nullable().describe('Prompts in all that would settle it at 80 % power'),
  ...sampleOrNull,
  checks: z.array(check),
});

const tradeoff = z.strictObject({
  policy: z.string().describe('router@dial'),
  router: z.string(),
  dial: z.string(),
  split: z.enum(['test', 'cross-fit']),
  ...sampleOrNull,
  prompts: count,
  quality: estimate.describe('Mean score, 0 to 1'),
  cost_usd_per_1k: estimate.describe('US dollars per 1,000 prompts; null unless the basis is usd'),
  cost: estimate.describe('Mean cost a prompt in the cost basis'),
  quality_delta: estimate.describe('Against the reference, paired'),
  cost_saving: estimate.describe('1 less the ratio to the cost of the reference'),
  latency_ms: z.strictObject({ p50: count.nullable(), p95: count.nullable() }),
  shares: z.record(z.string(), share).describe('Share of prompts by the model that answered'),
  chosen_on_tune: z.boolean().describe("The router's operating point"),
  role: z
    .enum(['reference', 'cheapest'])
    .nullable()
    .describe('Of a model alone: the best on tune, or the cheapest'),
  frontier: z.boolean().describe('No other row is as good on both axes and better on one'),
});

const metric = z.strictObject({
  router: z.string(),
  ...sampleOrNull,
  aiq: estimate.describe('Mean quality over the cost range'),
  aiq_log: estimate.describe('The same over the logarithm of cost'),
  aiq_paper: estimate.describe('With the hull taken on test, as published'),
  apgr: estimate.describe(
    'Mean share of the quality gap from the weak to the strong model recovered',
  ),
  cpt50: estimate.describe('Smallest cost share that recovers half of the gap'),
  cpt80: estimate.describe('Smallest cost share that recovers 80 % of the gap'),
  cost_save: estimate.describe("Saving at the reference model's quality, dial chosen on tune"),
});

const domain = z.strictObject({
  domain: z.string(),
  fit: count,
  tune: count,
  test: count,
  test_groups: count,
  reference: estimate,
  per_domain: estimate.nullable(),
  candidate: estimate.nullable(),
  gain: estimate.nullable().describe('Candidate less a random mixture at its cost, in the domain'),
});

const withinDomains = z.strictObject({
  policy: z.string().nullable(),
  ...sampleOrNull,
  gain: estimate.nullable(),
  over_per_domain: estimate.nullable().describe('Candidate less the lookup by domain'),
  domains: z.array(domain),
});

const operatingPoint = z.strictObject({
  router: z.string(),
  policy: z.string(),
  against: z.enum(['reference', 'mixture']),
  difference: estimate,
  p_value: share.nullable(),
  p_adjusted: share.nullable().describe("Holm's, over the routers compared"),
  ...sampleOrNull,
});

const metricDifference = z.strictObject({
  metric: z.enum(['aiq', 'apgr', 'quality']),
  router: z.string(),
  against: z.string(),
  role: z.enum(['lookup', 'best_single_shot', 'best_member']),
  difference: estimate.describe('router less against, on the same resamples'),
  ...sample,
});

const calibration = z.strictObject({
  router: z.string(),
  policy: z.string(),
  of: z.enum(['quality', 'answer']).describe('A model before its call, or an answer by a verifier'),
  ...sample,
  bins: z.array(z.strictObject({ forecast: number, realised: estimate, count })),
  ece: estimate.describe('Expected calibration error'),
  brier: estimate.describe('Mean squared distance of forecast and score'),
  cost: z.strictObject({ forecast: number, realised: estimate }).nullable(),
});

const learningCurve = z.strictObject({
  router: z.string(),
  ...sampleOrNull,
  points: z.array(
    z.strictObject({
      share: share.describe("Of the fit part's groups"),
      fit: count.describe('Prompts fitted on'),
      policy: z.string(),
      quality: estimate,
      cost: estimate,
      aiq: estimate,
    }),
  ),
});

const prequential = z.strictObject({
  router: z.string(),
  dial: z.string(),
  orders: whole,
  prompts: count,
  value: spread.describe('Quality less weighed cost'),
  quality: spread,
  cost: spread,
  regret: spread.describe('Value a prompt of the best single model in hindsight less its own'),
  against: z.string().describe('That model'),
  curve: z
    .array(z.strictObject({ arrivals: count, regret: number }))
    .describe('Cumulative regret, mean over orders'),
});

const choice = z.strictObject({
  constraint: z.strictObject({
    max_cost_usd_per_1k: number.optional(),
    min_quality: number.optional(),
    quality_drop: number.optional(),
  }),
  policy: z.string().nullable().describe('Null where nothing satisfies it on tune'),
  tune: z.strictObject({ quality: number, cost_usd_per_1k: number.nullable() }).nullable(),
  met: z.boolean().describe('The means on test satisfy it'),
  text: z.string(),
});

const regression = z.strictObject({
  model: z.string(),
  from: z.string(),
  to: z.string(),
  difference: estimate,
  ...sample,
  regressed: z.boolean().describe('The whole interval lies below −margin'),
});

const variant = z.strictObject({
  model: z.string(),
  variant: z.string().describe("The compression's label"),
  ...sample,
  dropped: count.describe('Prompts left out for all alike'),
  changed: count.describe('Prompts that it sends otherwise'),
  quality: estimate.describe('With it'),
  quality_without: estimate,
  difference: estimate.describe('Quality with it less that without, paired'),
  cost_usd_per_1k: estimate.describe('With it; null unless the basis is usd'),
  cost_usd_per_1k_without: estimate,
  cost_saving: estimate.describe('1 less the ratio to the cost without it'),
  input_tokens: count.nullable().describe('Mean tokens sent a prompt'),
  input_tokens_without: count.nullable(),
  p_value: share.nullable().describe('One-sided: the larger of the tests of quality and of cost'),
  p_adjusted: share.nullable().describe("Holm's, over all of these"),
  answer: z.enum(['pays', 'does_not_pay', 'too_close']),
  text: z.string(),
});

/** What `compare --json`, `report --json` and `-o FILE.json` give. A key it does not name is a fault. */
export const comparisonDocument = z.strictObject({
  run: z.string().describe('Run id'),
  name: z.string().describe('Run name'),
  simulated: z.boolean().describe('Simulated outcomes are no evidence'),
  seed: z.int(),
  split_seed: z.int(),
  splits: z.strictObject({
    fit: count,
    tune: count,
    test: count,
    folds: whole.describe('1 for a plain split, 5 for cross-fitting'),
    groups: count,
    test_groups: count.nullable(),
  }),
  cost_basis: z.enum(['usd', 'call_share', 'none']),
  judge: z.string(),
  calibrated: z.boolean().describe('The judge was calibrated'),
  reference: z.string().describe('The model with the highest mean on tune'),
  verdict,
  tradeoffs: z.array(tradeoff),
  metrics: z.array(metric),
  cost_range: z.tuple([number, number]).nullable().describe('What AIQ averages over, cost basis'),
  within_domains: withinDomains.nullable(),
  routers: z.array(z.string()).describe('Asked for, left out ones included'),
  failed: z.enum(['zero', 'exclude']),
  operating_points: z.array(operatingPoint),
  metric_differences: z.array(metricDifference),
  calibration: z.array(calibration),
  learning_curve: learningCurve.nullable(),
  prequential: z.array(prequential),
  choice: choice.nullable(),
  runs: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  regressions: z.array(regression),
  variants: z.array(variant).describe('Compressions of the prompts, by model'),
  assumed_prices: z.record(z.string(), number).nullable().describe('US dollars a call, by model'),
  out_of_domain: z.boolean().describe('Whole domains were held out'),
  router_files: z.array(
    z.strictObject({ router: z.string(), path: z.string(), sha256: z.string() }),
  ),
  dials: count.nullable().describe("Settings of each router's dial"),
  left_out: z.array(z.strictObject({ router: z.string(), reason: z.string() })),
  warnings: z.array(z.string()),
  test_readings: whole.describe('How often this test part was read, this time included'),
  bootstrap: whole.describe('Resamples'),
  provenance: z.strictObject({
    data_hash: z.string(),
    code_version: z.string(),
    prompts: count,
    dropped: z.record(z.string(), count).describe('Prompts left out, by reason or model'),
    created_at: z.string(),
  }),
});

/** The text of `schemas/comparison.schema.json`. */
export function comparisonSchemaText(): string {
  const schema = {
    $id: 'comparison.schema.json',
    title: 'Switchyard comparison',
    ...z.toJSONSchema(comparisonDocument, { target: 'draft-07' }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Writes it anew: after any change of the keys. */
export function writeComparisonSchema(path: string): void {
  writeFileSync(path, comparisonSchemaText());
}
