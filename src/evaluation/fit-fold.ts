import type { Features } from '../features/index.js';
import { CELL } from '../outcomes/index.js';
import { type Policy, replayAll, unmetNeed } from '../policies/index.js';
import type { Router, RouterData } from '../routers/index.js';
import { createRng, mean } from '../statistics/index.js';
import { type Baseline, fitBaselines } from './baselines.js';
import { rankedOnLearning } from './call-shares.js';
import type { CommonPrompts } from './common-prompts.js';
import { type Landing, landReplay } from './landing.js';
import type { Fold } from './splits.js';

/** A router and the experiment's settings for it. */
export interface RouterSettings {
  readonly router: Router;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What every fold is fitted from. */
export interface FoldInput {
  readonly common: CommonPrompts;
  /** One per prompt of the matrix. */
  readonly features: readonly Features[];
  /** Group of near-duplicates of each prompt of the matrix. */
  readonly groupOf: Int32Array;
  readonly routers: readonly RouterSettings[];
  readonly seed: number;
  readonly dials: number;
}

/** One policy or baseline, with what it gives on the tune and on the test part. */
export interface Contender {
  readonly router: string;
  readonly dial: string;
  readonly tuneQuality: number;
  readonly tuneCost: number;
  /** On tune it does what one model does: it routes nothing. */
  readonly constant: boolean;
  readonly test: Landing;
  /** Null for baselines computed in expectation. */
  readonly policy: Policy | null;
  /** Its policy, if any, reads answers. */
  readonly readsAnswers: boolean;
}

/** What routers that were tried gave: their dials, or why they could not run. */
export type FittedRouters = Pick<FittedFold, 'routers' | 'leftOut'>;

/** Everything fitted on one fold; `test` landings have been looked at by nothing here. */
export interface FittedFold {
  readonly fold: Fold;
  /** What the fold was fitted from, call shares ranked on its own fit and tune part. */
  readonly common: CommonPrompts;
  /** Models of the hull over fit and tune, cheapest first, as indices. */
  readonly hull: readonly number[];
  /** From the cheapest to the dearest hull model's mean cost, over fit and tune. */
  readonly costRange: readonly [number, number];
  /** The model with the highest mean on tune (ties: the cheaper), as an index. */
  readonly reference: number;
  readonly always: readonly Contender[];
  /** `random`, `mixture` and `oracle`. */
  readonly baselines: readonly Contender[];
  /** Of each router that could run, its dial, cheapest setting first. */
  readonly routers: ReadonlyMap<string, readonly Contender[]>;
  readonly leftOut: ReadonlyMap<string, string>;
}

/** Fits every router on the fold's fit part and lands every policy on tune and test. */
export function fitFold(input: FoldInput, fold: Fold): FittedFold {
  const bare = landBaselines(input, fold);
  return { ...bare, ...fitRouters({ ...input, common: bare.common }, fold, bare.always) };
}

/** The fold with its baselines, and no router fitted yet. */
export function landBaselines(
  { common: measured, dials }: Pick<FoldInput, 'common' | 'dials'>,
  fold: Fold,
): FittedFold {
  const common = rankedOnLearning(measured, fold);
  const baselines = fitBaselines(common, fold, dials);
  const always = baselines.always.map((baseline) => contend(baseline, []));
  return {
    fold,
    common,
    hull: baselines.hull,
    costRange: baselines.costRange,
    reference: bestOnTune(always),
    always,
    baselines: baselines.others.map((baseline) => contend(baseline, always)),
    routers: new Map(),
    leftOut: new Map(),
  };
}

/**
 * Fits the routers on the fold's fit part and lands their policies on tune and test.
 * @param input its `common` as ranked for the fold
 * @param always the fold's models alone
 */
export function fitRouters(
  input: FoldInput,
  fold: Fold,
  always: readonly Pick<Contender, 'tuneCost'>[],
): FittedRouters {
  const { seed, dials } = input;
  const routers = new Map<string, readonly Contender[]>();
  const leftOut = new Map<string, string>();
  const fit = routerData(input, fold.fit);
  const tune = routerData(input, fold.tune);
  for (const { router, settings } of input.routers) {
    const fitted = router.fit(fit, tune, { seed, dials, settings });
    if ('leftOut' in fitted) {
      leftOut.set(router.id, fitted.leftOut);
      continue;
    }
    const runnable = fitted.map((policy) => ({ policy, unmet: unmet(policy, input, fold) }));
    const missing = runnable.find((one) => one.unmet !== null)?.unmet;
    if (fitted.length === 0 || missing != null) {
      leftOut.set(router.id, missing ?? 'it offered no policy');
      continue;
    }
    routers.set(
      router.id,
      landPolicies(fitted, input, fold).map((landed) => contend(landed, always)),
    );
  }
  return { routers, leftOut };
}

/** What a router may see of some prompts. */
export function routerData(
  { common, features, groupOf }: Pick<FoldInput, 'common' | 'features' | 'groupOf'>,
  rows: Int32Array,
): RouterData {
  const { matrix, means } = common;
  const { models, trials } = matrix;
  const width = models.length;
  const score = new Float64Array(rows.length * width);
  const cost = new Float64Array(rows.length * width);
  const text: (string | null)[] = [];
  const failed = new Uint8Array(rows.length * width);
  rows.forEach((row, i) => {
    for (let m = 0; m < width; m++) {
      const from = row * width + m;
      score[i * width + m] = means.score[from]!;
      cost[i * width + m] = means.cost[from]!;
      text.push(matrix.text[from * trials] ?? null);
      failed[i * width + m] = matrix.state[from * trials] === CELL.failed ? 1 : 0;
    }
  });
  return {
    models,
    features: Array.from(rows, (row) => features[row]!),
    score,
    cost,
    text,
    failed,
    groups: Int32Array.from(rows, (row) => groupOf[row]!),
  };
}

function unmet(policy: Policy, { common, features }: FoldInput, fold: Fold): string | null {
  for (const rows of [fold.tune, fold.test]) {
    const need = unmetNeed(policy, { matrix: common.matrix, features, rows });
    if (need !== null) return need;
  }
  return null;
}

function landPolicies(
  policies: readonly Policy[],
  input: FoldInput,
  fold: Fold,
): (Baseline & { policy: Policy })[] {
  const { matrix } = input.common;
  const land = (rows: Int32Array, side: string): Landing[] =>
    replayAll(policies, { matrix, features: input.features, rows }, ({ id }) =>
      createRng(input.seed, 'replay', id, side),
    ).map((replayed) => landReplay(replayed, matrix));
  const tune = land(fold.tune, 'tune');
  const test = land(fold.test, 'test');
  return policies.map((policy, at) => ({
    router: policy.router,
    dial: policy.dial,
    tune: tune[at]!,
    test: test[at]!,
    policy,
  }));
}

function contend(
  of: Baseline & { readonly policy?: Policy },
  always: readonly Pick<Contender, 'tuneCost'>[],
): Contender {
  const tuneCost = mean(of.tune.cost);
  const one = of.tune.answered.findIndex((rows) => rows >= of.tune.quality.length - 1e-9);
  const alone = always[one];
  return {
    router: of.router,
    dial: of.dial,
    tuneQuality: mean(of.tune.quality),
    tuneCost,
    constant: alone !== undefined && Math.abs(tuneCost - alone.tuneCost) <= 1e-9 * alone.tuneCost,
    test: of.test,
    policy: of.policy ?? null,
    readsAnswers: of.policy?.needs.answers ?? false,
  };
}

function bestOnTune(always: readonly Contender[]): number {
  return always.reduce((best, contender, m) => {
    const champion = always[best]!;
    const better =
      contender.tuneQuality > champion.tuneQuality ||
      (contender.tuneQuality === champion.tuneQuality && contender.tuneCost < champion.tuneCost);
    return better ? m : best;
  }, 0);
}
