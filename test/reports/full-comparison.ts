import type { Comparison, Estimate, Tradeoff } from '../../src/evaluation/index.js';

const ROUTERS = [
  ['my-router', 0.02],
  ['rules', -0.02],
  ['complexity', -0.01],
  ['knn', 0.03],
  ['ridge', 0.04],
  ['logistic', 0.035],
  ['cluster', 0.025],
  ['shrinkage', 0.045],
  ['carrot', 0.04],
  ['stack', 0.05],
  ['cascade', 0.01],
  ['cascade-routing', 0.03],
  ['adaptive', -0.03],
  ['thompson', 0.005],
  ['linucb', 0.0],
] as const;
const MODELS = [
  ['maker/tiny-1b', 0.41, 0.05],
  ['maker/small-8b', 0.55, 0.12],
  ['other/medium-chat', 0.63, 0.45],
  ['other/medium-instruct', 0.6, 0.5],
  ['third/large-preview', 0.81, 4.2],
] as const;

export const around = (mean: number, half = 0.015): Estimate => ({
  mean,
  low: mean - half,
  high: mean + half,
});
const sizes = { prompts: 4200, groups: 4000 };
const cheapest = MODELS[0][2];
const dearest = MODELS[4][2];

function row(
  router: string,
  dial: string,
  quality: number,
  usd: number,
  given: Partial<Tradeoff> = {},
): Tradeoff {
  return {
    policy: `${router}@${dial}`,
    router,
    dial,
    split: 'test',
    prompts: sizes.prompts,
    quality: around(quality),
    costUsdPer1k: around(usd, 0.03 * usd),
    cost: around(usd / 1000, 0.00003 * usd),
    qualityDelta: around(quality - 0.81),
    costSaving: around(1 - usd / dearest),
    latencyMs: { p50: 412, p95: 1900 },
    shares: router === 'always' ? { [dial]: 1 } : { [MODELS[4][0]]: 0.6, [MODELS[1][0]]: 0.4 },
    chosenOnTune: false,
    frontier: false,
    ...given,
  };
}

/** A made-up comparison with everything that one can hold: 15 routers of 33 settings each. */
export function fullComparison(given: Partial<Comparison> = {}): Comparison {
  const settings = Array.from({ length: 33 }, (_, index) => index / 32);
  const costAt = (part: number): number => cheapest * (dearest / cheapest) ** part;
  const dials = ROUTERS.flatMap(([router, lift], index) =>
    settings.map((part) =>
      row(
        router,
        String(Number(part.toFixed(4))),
        0.41 + 0.4 * part ** 0.8 + lift * 4 * part * (1 - part),
        costAt(part),
        { chosenOnTune: part === (22 + (index % 5)) / 32, frontier: router === 'stack' },
      ),
    ),
  );
  const mixture = settings.map((part) =>
    row(
      'mixture',
      String(Number(part.toFixed(4))),
      0.41 + 0.4 * part,
      cheapest + part * (dearest - cheapest),
    ),
  );
  return {
    run: 'run-1',
    runName: 'full',
    simulated: false,
    seed: 1,
    splitSeed: 2,
    splits: { fit: 7000, tune: 2800, test: 4200, folds: 1, groups: 13_400, testGroups: 4000 },
    costBasis: 'usd',
    judge: 'grader',
    calibrated: false,
    reference: MODELS[4][0],
    verdict: {
      answer: 'route',
      policy: 'stack@0.8125',
      text: 'Route: stack@0.8125 keeps the quality and costs less.',
      margin: 0.01,
      alpha: 0.025,
      discordance: 0.12,
      nNeeded: null,
      checks: [
        {
          name: 'quality',
          text: 'Quality is within the margin',
          estimate: around(-0.001, 0.008),
          threshold: -0.01,
          pValue: 0.01,
          holds: true,
        },
        {
          name: 'cost',
          text: 'Cost is lower',
          estimate: around(-2.1, 0.2),
          threshold: 0,
          pValue: 0.001,
          holds: true,
        },
        {
          name: 'mixture',
          text: 'It beats the mixture',
          estimate: around(0.05, 0.02),
          threshold: 0,
          pValue: 0.001,
          holds: true,
        },
      ],
    },
    tradeoffs: [
      ...MODELS.map(([model, quality, usd]) => row('always', model, quality, usd)),
      row('random', 'uniform', 0.6, 1.06),
      row('oracle', 'ex-post', 0.95, 0.4),
      ...mixture,
      row('per-domain', 'best', 0.72, 2.4),
      ...dials,
    ],
    metrics: ['mixture', ...ROUTERS.map(([router]) => router)].map((router, index) => ({
      router,
      ...sizes,
      aiq: around(0.6 + index / 200),
      aiqLog: around(0.58 + index / 200),
      aiqPaper: around(0.61 + index / 200),
      apgr: around(0.5 + index / 100, 0.03),
      cpt50: around(0.3, 0.05),
      cpt80: { mean: null, low: null, high: null },
      costSave: around(0.2, 0.05),
    })),
    costRange: [cheapest / 1000, dearest / 1000],
    withinDomains: {
      policy: 'stack@0.8125',
      gain: around(0.012, 0.01),
      overPerDomain: around(0.02, 0.01),
      domains: ['algebra', 'law', 'poetry'].map((domain, index) => ({
        domain,
        fit: 2300,
        tune: 900,
        test: 1400,
        testGroups: 1300,
        reference: around(0.8),
        perDomain: around(0.79),
        candidate: around(0.8 + index / 100),
        gain: around(index / 50 - 0.01, 0.02),
      })),
    },
    routers: [...ROUTERS.map(([router]) => router), 'my-router'],
    failed: 'exclude',
    operatingPoints: [
      {
        router: 'stack',
        policy: 'stack@0.8125',
        against: 'mixture',
        difference: around(0.05),
        pValue: 0.0001,
        pAdjusted: 0.0015,
        ...sizes,
      },
    ],
    metricDifferences: ROUTERS.slice(3, 10).flatMap(([router], index) => [
      {
        metric: 'aiq' as const,
        router,
        against: 'per-domain',
        role: 'lookup' as const,
        difference: around(index / 200 - 0.01, 0.012),
        ...sizes,
      },
      {
        metric: 'quality' as const,
        router,
        against: 'per-domain',
        role: 'lookup' as const,
        difference: around(index / 100 - 0.02, 0.012),
        ...sizes,
      },
    ]),
    calibration: ROUTERS.slice(3, 10).map(([router], index) => ({
      router,
      policy: `${router}@0.75`,
      of: index === 6 ? ('answer' as const) : ('quality' as const),
      ...sizes,
      bins: [0.15, 0.35, 0.5, 0.65, 0.8, 0.93].map((forecast) => ({
        forecast,
        realised: around(0.1 + 0.8 * forecast, 0.04),
        count: 700,
      })),
      ece: around(0.03 + index / 100, 0.008),
      brier: around(0.18, 0.01),
      cost:
        index === 6
          ? null
          : { forecast: 0.002 + index / 5000, realised: around(0.0021 + index / 4500, 0.0001) },
    })),
    learningCurve: {
      router: 'stack',
      points: [0.1, 0.2, 0.4, 0.7, 1].map((share) => ({
        share,
        fit: Math.round(7000 * share),
        policy: 'stack@0.8125',
        quality: around(0.75 + 0.05 * share),
        cost: around(0.002, 0.0001),
        aiq: around(0.6 + 0.06 * Math.sqrt(share), 0.01),
      })),
    },
    prequential: ['thompson', 'linucb', 'adaptive'].map((router, index) => ({
      router,
      dial: '0.5',
      orders: 20,
      prompts: 14_000,
      value: { mean: 0.7, smallest: 0.69, largest: 0.71 },
      quality: { mean: 0.75, smallest: 0.74, largest: 0.76 },
      cost: { mean: 0.001, smallest: 0.0009, largest: 0.0011 },
      regret: { mean: 0.004 * (index - 0.5), smallest: 0.001 * (index - 1), largest: 0.008 },
      against: 'other/medium-chat',
      curve: Array.from({ length: 21 }, (_, step) => ({
        arrivals: step * 700,
        regret: (index - 0.5) * 4 * Math.sqrt(step) * 3,
      })),
    })),
    choice: {
      constraint: { maxCostUsdPer1k: 2, minQuality: 0.7, qualityDrop: 0.02 },
      policy: 'stack@0.8125',
      tune: { quality: 0.8, costUsdPer1k: 1.9 },
      met: true,
      text: 'stack@0.8125 satisfies it on tune and on test.',
    },
    runs: [
      { id: 'run-1', name: 'monday' },
      { id: 'run-2', name: 'tuesday' },
    ],
    regressions: [
      {
        model: MODELS[1][0],
        from: 'monday',
        to: 'tuesday',
        difference: around(-0.05),
        ...sizes,
        regressed: true,
      },
      {
        model: MODELS[0][0],
        from: 'monday',
        to: 'tuesday',
        difference: around(0),
        ...sizes,
        regressed: false,
      },
    ],
    assumedPrices: { [MODELS[0][0]]: 0.00005 },
    outOfDomain: true,
    routerFiles: [{ router: 'my-router', path: './my-router.mjs', sha256: 'f'.repeat(64) }],
    dials: 33,
    leftOut: [{ router: 'my-router', reason: 'it needs a domain' }],
    warnings: ['The test part is small.'],
    testReadings: 3,
    bootstrap: 2000,
    provenance: {
      dataHash: 'abcdef0123456789',
      codeVersion: '0.1.0',
      prompts: 14_000,
      dropped: { unscored: 12 },
      createdAt: '2026-01-01T00:00:00.000Z',
    },
    ...given,
  };
}
