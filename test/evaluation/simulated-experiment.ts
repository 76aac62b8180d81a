import { averageGapRecovered, averageOverCost } from '../../src/evaluation/curves.js';
import type { Contender, FittedFold } from '../../src/evaluation/fit-fold.js';
import type { Selection } from '../../src/evaluation/selection.js';
import { type Procedure, TestSample } from '../../src/evaluation/test-sample.js';
import type { VerdictInput } from '../../src/evaluation/verdict.js';
import {
  type CostQuality,
  Curve,
  createRng,
  type Rng,
  upperHull,
} from '../../src/statistics/index.js';

/**
 * Prompts on which all that matters is known in advance: which of two models is right, and how likely
 * a policy is to call the large one. `[small, large, share, called]`; shares add up to 1.
 */
export interface World {
  readonly name: string;
  readonly kinds: readonly (readonly [small: 0 | 1, large: 0 | 1, share: number, called: number])[];
  readonly margin: number;
}

export interface Sizes {
  readonly name: string;
  readonly mean: number;
  draw(rng: Rng): number;
}

const MIXED = [1, 1, 1, 1, 1, 2, 2, 4, 4, 8];

export const SIZES: readonly Sizes[] = [
  { name: 'one each', mean: 1, draw: () => 1 },
  { name: 'three each', mean: 3, draw: () => 3 },
  { name: 'one to eight', mean: 2.5, draw: (rng) => MIXED[rng.below(MIXED.length)]! },
];

/** Chance that a prompt is of its group's kind rather than of one of its own. */
const ALIKE = 0.5;
const COSTS = [0.001, 0.01] as const;
/** The router's dial: how much likelier than at its operating point it is to call the large model. */
const DIAL = [0, 0.5, 1, 1.25, 1.5];
const OPERATING = 2;

/** What is true of one setting: means over prompts. */
export interface Truth {
  readonly settings: readonly CostQuality[];
  readonly models: readonly [CostQuality, CostQuality];
  readonly aiq: number;
  readonly apgr: number;
}

const calledAt = (called: number, dial: number): number => Math.min(1, called * DIAL[dial]!);

export function truthOf({ kinds }: World): Truth {
  const mean = (value: (kind: World['kinds'][number]) => number): number =>
    kinds.reduce((total, kind) => total + kind[2] * value(kind), 0);
  const models = [
    { cost: COSTS[0], quality: mean(([small]) => small) },
    { cost: COSTS[1], quality: mean(([, large]) => large) },
  ] as const;
  const settings = DIAL.map((_, dial) => ({
    cost: mean(([, , , called]) => COSTS[0] + calledAt(called, dial) * (COSTS[1] - COSTS[0])),
    quality: mean(([small, large, , called]) => {
      const share = calledAt(called, dial);
      return share * large + (1 - share) * small;
    }),
  }));
  const line = curveOf(upperHull(settings).map((i) => settings[i]!));
  const whole = curveOf([models[0], ...settings, models[1]]);
  return {
    settings,
    models,
    aiq: averageOverCost(line, COSTS, 'linear'),
    apgr: averageGapRecovered(whole, { weak: models[0], strong: models[1] }),
  };
}

/** The true gain of a setting over the mixture of the two models at its cost. */
export function trueGain({ settings, models }: Truth, setting: number): number {
  return settings[setting]!.quality - curveOf(models).at(settings[setting]!.cost);
}

function curveOf(points: readonly CostQuality[]): Curve {
  const curve = new Curve(points.length);
  for (const { cost, quality } of points) curve.add(cost, quality);
  return curve;
}

export interface Experiment {
  readonly sample: TestSample;
  readonly folds: readonly FittedFold[];
  readonly selections: readonly Selection[];
  /** Each setting of the dial over all folds. */
  readonly dial: readonly Procedure[];
  readonly models: readonly [small: Procedure, large: Procedure];
  /** Setting that each fold operates at. */
  readonly chosen: readonly number[];
  readonly verdict: VerdictInput;
}

export interface ExperimentOptions {
  readonly groups: number;
  readonly sizes: Sizes;
  readonly resamples: number;
  readonly seed: number;
  /** Default 1. */
  readonly folds?: number;
  /** Each fold operates at the setting that reaches the margin at the lowest cost on the other folds. */
  readonly choose?: boolean;
}

/** Draws prompts of a world and lands two models and one router on them, as fitting and replaying would. */
export function drawExperiment(world: World, options: ExperimentOptions): Experiment {
  const { groups, sizes, resamples, seed, folds: count = 1, choose = false } = options;
  const rng = createRng('experiment', world.name, sizes.name, groups, seed);
  const groupOf: number[] = [];
  const foldOf: number[] = [];
  const quality = Array.from({ length: 2 + DIAL.length }, () => [] as number[]);
  const cost = quality.map(() => [] as number[]);
  for (let group = 0; group < groups; group++) {
    const shared = drawKind(world, rng);
    for (let left = sizes.draw(rng); left > 0; left--) {
      const [small, large, , called] = rng.next() < ALIKE ? shared : drawKind(world, rng);
      const prices = COSTS.map((price) => price * (0.5 + rng.next()));
      const place = rng.next();
      groupOf.push(group);
      foldOf.push(group % count);
      [small, large].forEach((score, model) => {
        quality[model]!.push(score);
        cost[model]!.push(prices[model]!);
      });
      DIAL.forEach((_, dial) => {
        const model = place < calledAt(called, dial) ? 1 : 0;
        quality[2 + dial]!.push(model === 1 ? large : small);
        cost[2 + dial]!.push(prices[model]!);
      });
    }
  }
  const truth = truthOf(world);
  const trueMeans = [...truth.models, ...truth.settings];
  const folds = Array.from({ length: count }, (_, fold) => {
    const rows = Int32Array.from(groupOf, (_, row) => row).filter((row) => foldOf[row] === fold);
    const contenders = trueMeans.map((means, column) => {
      const on = (values: readonly number[]) => Float64Array.from(rows, (row) => values[row]!);
      return contender(column, means, on(quality[column]!), on(cost[column]!));
    });
    return fittedFold(rows, contenders.slice(0, 2), contenders.slice(2));
  });
  const chosen = folds.map((_, fold) =>
    choose ? cheapestElsewhere(fold, foldOf, quality, cost, world.margin) : OPERATING,
  );
  const dial = DIAL.map((_, at) => folds.map((fold) => fold.routers.get('router')![at]!));
  const alone = (m: number): Procedure => folds.map((fold) => fold.always[m]!);
  const models = [alone(0), alone(1)] as const;
  const operating = folds.map((fold, f) => fold.routers.get('router')![chosen[f]!]!);
  const sample = new TestSample(folds, Int32Array.from(groupOf), resamples, seed);
  return {
    sample,
    folds,
    selections: folds.map((_, f) => ({
      reference: models[1][f]!,
      constant: models[1][f]!,
      operating: new Map([['router', operating[f]!]]),
      keeping: new Map([['router', operating[f]!]]),
      candidate: operating[f]!,
    })),
    dial,
    models,
    chosen,
    verdict: {
      sample,
      folds,
      candidate: { id: 'router@chosen', procedure: operating },
      reference: { model: 'lab/large', procedure: models[1] },
      constant: { model: 'lab/large', procedure: models[1] },
      margin: world.margin,
      alpha: 0.025,
      costKnown: true,
      costInUsd: true,
      promptsPerTestRow: 1,
    },
  };
}

function drawKind({ kinds }: World, rng: Rng): World['kinds'][number] {
  let left = rng.next();
  for (const kind of kinds) {
    left -= kind[2];
    if (left < 0) return kind;
  }
  return kinds.at(-1)!;
}

function cheapestElsewhere(
  fold: number,
  foldOf: readonly number[],
  quality: readonly (readonly number[])[],
  cost: readonly (readonly number[])[],
  margin: number,
): number {
  const mean = (values: readonly number[]): number => {
    const elsewhere = values.filter((_, row) => foldOf[row] !== fold);
    return elsewhere.reduce((total, value) => total + value, 0) / elsewhere.length;
  };
  const floor = mean(quality[1]!) - margin;
  const settings = DIAL.map((_, at) => at).sort((a, b) => mean(cost[2 + a]!) - mean(cost[2 + b]!));
  return settings.find((at) => mean(quality[2 + at]!) >= floor) ?? settings.at(-1)!;
}

function contender(
  column: number,
  means: CostQuality,
  quality: Float64Array,
  cost: Float64Array,
): Contender {
  const model = column < 2;
  return {
    router: model ? 'always' : 'router',
    dial: model ? ['lab/small', 'lab/large'][column]! : String(DIAL[column - 2]),
    tuneQuality: means.quality,
    tuneCost: means.cost,
    constant: model,
    test: {
      quality,
      cost,
      latency: new Float64Array(quality.length),
      answered: new Float64Array(2),
    },
    policy: null,
    readsAnswers: false,
  };
}

function fittedFold(
  rows: Int32Array,
  always: readonly Contender[],
  dial: readonly Contender[],
): FittedFold {
  const none = new Int32Array(0);
  const matrix = {
    prompts: [],
    models: ['lab/small', 'lab/large'],
    trials: 1,
    state: new Uint8Array(0),
    score: new Float64Array(0),
    cost: new Float64Array(0),
    latency: new Float64Array(0),
    text: [],
    costBasis: 'usd' as const,
  };
  const { score, cost, latency } = matrix;
  return {
    fold: { fit: none, tune: rows.slice(0, 1), test: rows },
    common: { matrix, rows, means: { score, cost, latency }, dropped: {}, warnings: [] },
    hull: [0, 1],
    costRange: COSTS,
    reference: 1,
    always,
    baselines: [],
    routers: new Map([['router', dial]]),
    leftOut: new Map(),
  };
}
