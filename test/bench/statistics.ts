import { gainOverMixture } from '../../src/evaluation/mixture-check.js';
import type { Draws, Procedure } from '../../src/evaluation/test-sample.js';
import { judge } from '../../src/evaluation/verdict.js';
import {
  type ClusterMean,
  clusterDifference,
  clusterPValue,
  mean,
  rowsNeeded,
} from '../../src/statistics/index.js';
import {
  drawExperiment,
  type Experiment,
  SIZES,
  trueGain,
  truthOf,
  type World,
} from '../evaluation/simulated-experiment.js';
import { type Tally, tally, WORLDS } from '../evaluation/tally.js';

const EXPERIMENTS = Number(process.env.SWITCHYARD_EXPERIMENTS ?? 1000);
const GROUPS = [100, 300, 1000];
/** A quarter of what `compare` draws by default, so that a thousand experiments take minutes. */
const RESAMPLES = 500;
/** Groups of the one large experiment from which the spread of a prompt is read. */
const PILOT_GROUPS = 20_000;

/**
 * Do the statistics hold? Experiments drawn from worlds whose truth is known go through the code that
 * `compare` runs. Goals: intervals of means and paired differences cover 93 to 97 %; a wrong `route`
 * in at most 5 % at the margin boundary, at the hull boundary and at both; power within 5 points of
 * what was calculated.
 */
export async function statistics(): Promise<string> {
  const rows = [
    ['world', 'groups of', 'groups', 'folds', ...MEASURES, 'route', 'wrong', 'a holds', 'c holds'],
  ];
  for (const world of [WORLDS.gain, WORLDS.margin, WORLDS.hull, WORLDS.both]) {
    for (const sizes of SIZES) {
      for (const groups of GROUPS) {
        rows.push(
          row(
            world.name,
            sizes.name,
            groups,
            '1',
            tally(world, EXPERIMENTS, { groups, sizes, resamples: RESAMPLES }),
          ),
        );
      }
    }
    const crossed = tally(world, EXPERIMENTS, { ...crossFit, sizes: SIZES[2]!, groups: 300 });
    rows.push(row(world.name, SIZES[2]!.name, 300, '5, tuned', crossed));
  }
  return [
    `statistics: ${EXPERIMENTS} experiments a row, ${RESAMPLES} resamples; percent, ± ${(196 * Math.sqrt((0.95 * 0.05) / EXPERIMENTS)).toFixed(1)} around 95`,
    ...align(rows),
    ...power(),
  ].join('\n');
}

const MEASURES = [
  'mean quality',
  'mean quality by t',
  'mean cost',
  'paired difference',
  'paired difference by t',
  'gain',
  'aiq',
  'apgr',
  'cost save',
];

const crossFit = { resamples: RESAMPLES, folds: 5, choose: true };

function row(world: string, sizes: string, groups: number, folds: string, of: Tally): string[] {
  const percent = (share: number | undefined): string =>
    share === undefined ? '–' : (100 * share).toFixed(1);
  return [
    world,
    sizes,
    String(groups),
    folds,
    ...MEASURES.map((name) => percent(of.coverage[name])),
    percent(of.routed),
    percent(of.wrong),
    percent(of.checks.quality),
    percent(of.checks.mixture),
  ];
}

/** Draws as many prompts as the calculation says are needed and counts how often the test sees the effect. */
function power(): string[] {
  const rows = [['test', 'groups of', 'prompts calculated', 'groups', 'power calculated', 'seen']];
  for (const sizes of SIZES) {
    for (const { test, world, draws, sees } of TESTS) {
      const pilot = drawExperiment(world, {
        groups: PILOT_GROUPS,
        sizes,
        resamples: 200,
        seed: -1,
      });
      const { error, effect } = draws(pilot, world);
      const needed = rowsNeeded(error * Math.sqrt(pilot.sample.rows), effect)!;
      const groups = Math.round(needed / sizes.mean);
      let seen = 0;
      for (let seed = 0; seed < EXPERIMENTS; seed++) {
        const options = { groups, sizes, resamples: RESAMPLES, seed };
        if (sees(drawExperiment(world, options), world)) seen++;
      }
      const share = ((100 * seen) / EXPERIMENTS).toFixed(1);
      rows.push([test, sizes.name, String(needed), String(groups), '80.0', share]);
    }
  }
  return align(rows);
}

interface PowerTest {
  readonly test: string;
  readonly world: World;
  /** Standard error in a large experiment, and the true distance from what is tested. */
  draws(pilot: Experiment, world: World): { error: number; effect: number };
  sees(experiment: Experiment, world: World): boolean;
}

const TESTS: readonly PowerTest[] = [
  {
    test: 'quality within the margin',
    world: WORLDS.gain,
    draws: (pilot, world) => {
      const { settings, models } = truthOf(world);
      const effect = settings[pilot.chosen[0]!]!.quality - models[1].quality + world.margin;
      return { error: drop(pilot).standardError, effect };
    },
    sees: (experiment, world) => clusterPValue(drop(experiment), -world.margin) < 0.025,
  },
  {
    test: 'gain over the mixture',
    world: WORLDS.slight,
    draws: (pilot, world) => {
      const gains = gainOf(pilot).subarray(1);
      const error = Math.sqrt(mean(gains.map((one) => (one - mean(gains)) ** 2)));
      return { error, effect: trueGain(truthOf(world), pilot.chosen[0]!) };
    },
    sees: (experiment) => judge(experiment.verdict).checks[2]!.holds,
  },
];

function drop({ sample, models, verdict }: Experiment): ClusterMean {
  const column = (procedure: Procedure) => sample.column(procedure, 'quality');
  return clusterDifference(column(verdict.candidate!.procedure), column(models[1]), sample.groups);
}

function gainOf({ sample, folds, verdict }: Experiment): Draws {
  return gainOverMixture(sample, verdict.candidate!.procedure, folds);
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((cells) => cells[at]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}
