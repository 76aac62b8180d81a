import type { ComparisonVerdict } from '../../src/evaluation/comparison.js';
import { routerMetrics } from '../../src/evaluation/router-metrics.js';
import type { Procedure } from '../../src/evaluation/test-sample.js';
import { judge } from '../../src/evaluation/verdict.js';
import { clusterBounds, clusterDifference, clusterMean } from '../../src/statistics/index.js';
import {
  drawExperiment,
  type Experiment,
  type ExperimentOptions,
  trueGain,
  truthOf,
  type World,
} from './simulated-experiment.js';

/** Of two models: the large is better; of the policy: what it takes to be at which boundary. */
export const WORLDS = {
  /** A policy that tells what only the large model can do: well within the margin, well above the mixture. */
  gain: {
    name: 'gain',
    kinds: [
      [1, 1, 0.6, 0.2],
      [1, 0, 0.05, 0.1],
      [0, 1, 0.2, 0.66],
      [0, 0, 0.15, 0.3],
    ],
    margin: 0.06,
  },
  /** Exactly the margin worse than the large model; well above the mixture. */
  margin: {
    name: 'margin boundary',
    kinds: [
      [1, 1, 0.6, 0.2],
      [1, 0, 0.05, 0.2],
      [0, 1, 0.2, 0.65],
      [0, 0, 0.15, 0.3],
    ],
    margin: 0.03,
  },
  /** Hardly better than the mixture. */
  slight: {
    name: 'slight gain',
    kinds: [
      [1, 1, 0.6, 0.5],
      [1, 0, 0.05, 0.45],
      [0, 1, 0.2, 0.62],
      [0, 0, 0.15, 0.5],
    ],
    margin: 0.1,
  },
  /** Calls by lot: exactly as good as the mixture; within the margin. */
  hull: {
    name: 'hull boundary',
    kinds: [
      [1, 1, 0.65, 0.5],
      [1, 0, 0.06, 0.5],
      [0, 1, 0.12, 0.5],
      [0, 0, 0.17, 0.5],
    ],
    margin: 0.1,
  },
  /** Calls by lot, and exactly the margin worse. */
  both: {
    name: 'both boundaries',
    kinds: [
      [1, 1, 0.6, 0.5],
      [1, 0, 0.05, 0.5],
      [0, 1, 0.15, 0.5],
      [0, 0, 0.2, 0.5],
    ],
    margin: 0.05,
  },
} as const satisfies Record<string, World>;

/** Shares of experiments, in [0, 1]. */
export interface Tally {
  /** Intervals that hold the truth, by what they are of. */
  readonly coverage: Readonly<Record<string, number>>;
  /** Verdicts `route`, and checks that hold. */
  readonly routed: number;
  /** Of all experiments: routed, and what was chosen is not better than the margin and the mixture. */
  readonly wrong: number;
  readonly checks: Readonly<Record<'quality' | 'cost' | 'mixture', number>>;
}

/** Runs seeded experiments through the code that compares, and counts how often it is right. */
export function tally(
  world: World,
  experiments: number,
  options: Omit<ExperimentOptions, 'seed'>,
): Tally {
  const held = new Map<string, { times: number; of: number }>();
  const checks = { quality: 0, cost: 0, mixture: 0 };
  let routed = 0;
  let wrong = 0;
  for (let seed = 0; seed < experiments; seed++) {
    const experiment = drawExperiment(world, { ...options, seed });
    const verdict = judge(experiment.verdict);
    for (const [name, holds] of intervals(world, experiment, verdict)) {
      const so = held.get(name) ?? { times: 0, of: 0 };
      held.set(name, { times: so.times + (holds ? 1 : 0), of: so.of + 1 });
    }
    if (verdict.answer === 'route') {
      routed++;
      if (!worthRouting(world, experiment)) wrong++;
    }
    for (const { name, holds } of verdict.checks) if (holds) checks[name]++;
  }
  const share = (count: number): number => count / experiments;
  return {
    coverage: Object.fromEntries([...held].map(([name, { times, of }]) => [name, times / of])),
    routed: share(routed),
    wrong: share(wrong),
    checks: {
      quality: share(checks.quality),
      cost: share(checks.cost),
      mixture: share(checks.mixture),
    },
  };
}

/** What is true of the procedure: each fold's setting, averaged by rows. */
function overFolds({ chosen, folds, sample }: Experiment, of: (setting: number) => number): number {
  return chosen.reduce(
    (total, setting, fold) => total + (folds[fold]!.fold.test.length / sample.rows) * of(setting),
    0,
  );
}

function worthRouting(world: World, experiment: Experiment): boolean {
  const truth = truthOf(world);
  const drop = overFolds(experiment, (at) => truth.settings[at]!.quality) - truth.models[1].quality;
  const gain = overFolds(experiment, (at) => trueGain(truth, at));
  return drop > -world.margin + 1e-9 && gain > 1e-9;
}

function intervals(
  world: World,
  experiment: Experiment,
  { checks }: ComparisonVerdict,
): [string, boolean][] {
  const { sample, folds, selections, models, dial } = experiment;
  const truth = truthOf(world);
  const procedure = experiment.verdict.candidate!.procedure;
  const trueMean = (of: 'quality' | 'cost'): number =>
    overFolds(experiment, (setting) => truth.settings[setting]![of]);
  const trueGains = overFolds(experiment, (setting) => trueGain(truth, setting));
  const within = (of: { low: number | null; high: number | null }, value: number): boolean =>
    of.low !== null && of.high !== null && of.low <= value && value <= of.high;
  const own = sample.means(procedure);
  const large = sample.means(models[1]);
  const column = (one: Procedure, of: 'quality' | 'cost') => sample.column(one, of);
  const drop = trueMean('quality') - truth.models[1].quality;
  const { metrics } = routerMetrics(
    {
      router: 'router',
      dial,
      vertices: folds.map((fold) => fold.routers.get('router')!),
      keeping: selections.map(({ candidate }) => candidate),
    },
    folds,
    selections,
    sample,
  );
  const byT = clusterBounds(
    clusterDifference(column(procedure, 'quality'), column(models[1], 'quality'), sample.groups),
    0.025,
  );
  return [
    ['mean quality', within(sample.estimate(own.quality), trueMean('quality'))],
    ['mean cost', within(sample.estimate(own.cost), trueMean('cost'))],
    [
      'mean quality by t',
      within(
        clusterBounds(clusterMean(column(procedure, 'quality'), sample.groups), 0.025),
        trueMean('quality'),
      ),
    ],
    [
      'paired difference',
      within(sample.estimate(sample.draw((at) => own.quality[at]! - large.quality[at]!)), drop),
    ],
    ['paired difference by t', within(byT, drop)],
    ['gain', within(checks[2]!.estimate, trueGains)],
    ['aiq', within(metrics.aiq, truth.aiq)],
    ...(metrics.apgr.mean === null
      ? []
      : [['apgr', within(metrics.apgr, truth.apgr)] satisfies [string, boolean]]),
    ['cost save', within(metrics.costSave, 1 - trueMean('cost') / truth.models[1].cost)],
  ];
}
