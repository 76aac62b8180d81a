import { extractFeatures, type Features } from '../features/index.js';
import type { OutcomeMatrix, Run } from '../outcomes/index.js';
import {
  baselineIds,
  predictedTwin,
  routers as registry,
  withPredictedDomain,
} from '../routers/index.js';
import { UserError } from '../user-error.js';
import { checkConstraint } from './choice.js';
import { findCommonPrompts } from './common-prompts.js';
import type { Comparison, Constraint } from './comparison.js';
import type { FoldInput, RouterSettings } from './fit-fold.js';
import { type Grouping, groupPrompts } from './grouping.js';
import { splitByDomain } from './out-of-domain.js';
import type { MeasuredColumn } from './regressions.js';
import { type Split, splitPrompts } from './splits.js';
import type { MeasuredVariants } from './variants.js';

/** What a comparison is made of. */
export interface CompareInput {
  readonly run: Run;
  readonly matrix: OutcomeMatrix;
  /** Baselines among them are passed over: they are computed in any case. */
  readonly routers: readonly RouterSettings[];
  readonly options: CompareOptions;
  /** Of a joint comparison of several runs: all of them, the first first. */
  readonly runs?: readonly { readonly id: string; readonly name: string }[];
  /** Which run each model of the matrix was measured in; absent for one run. */
  readonly columns?: readonly MeasuredColumn[];
  /** What was measured besides, with compressed prompts; absent for nothing. */
  readonly variants?: MeasuredVariants;
  /** Those of the routers that come from a user's own files. */
  readonly routerFiles?: Comparison['routerFiles'];
  /** What each prompt of the matrix carries besides its text, by signal id. */
  readonly signals?: readonly NonNullable<Features['signals']>[];
  /** How embeddings were asked for; kept with the comparison. */
  readonly embeddings?: Comparison['embeddings'];
}

export interface CompareOptions {
  /** For everything random but the split. */
  readonly seed: number;
  readonly splitSeed: number;
  /** Quality a policy may lose against the reference and still count as keeping it. Default 0.01. */
  readonly margin?: number;
  /** One-sided, of each of the verdict's tests. Default 0.025. */
  readonly alpha?: number;
  /** Resamples. Default 2,000. */
  readonly bootstrap?: number;
  /** Settings of each router's dial. Default 33. */
  readonly dials?: number;
  /** How often this test part has been read before. Default 0. */
  readonly priorTestReadings?: number;
  /** The scores are the verdicts of a model. Default false. */
  readonly judgeIsModel?: boolean;
  /** That model, where it is known. */
  readonly judgeModel?: string | undefined;
  /** That judge has been calibrated against people. Default false. */
  readonly calibrated?: boolean;
  /** How the matrix was built; kept with the comparison. @default 'zero' */
  readonly failed?: 'zero' | 'exclude';
  /** Picks one policy by bounds that the user set. */
  readonly constraint?: Constraint;
  /** US dollars a call by model that the user assumed; kept with the comparison. */
  readonly assumedPrices?: Readonly<Record<string, number>>;
  /** Holds out whole domains in place of prompts. Default false. */
  readonly outOfDomain?: boolean;
  /** Cross-fits however many prompts there are, so that every one is tested. Default false. */
  readonly crossFit?: boolean;
  /** What whoever put the input together has to say of it. */
  readonly warnings?: readonly string[];
  /** Refits the candidate's router on less and less. Default false. */
  readonly learningCurve?: boolean;
  readonly codeVersion?: string;
  readonly now: Date;
}

/** Everything before the first fit. */
export interface Prepared {
  readonly foldInput: FoldInput;
  readonly grouping: Grouping;
  readonly split: Split;
  readonly margin: number;
  readonly leftOut: readonly { readonly router: string; readonly reason: string }[];
}

/**
 * Finds the common prompts, groups and splits them, and settles which routers can run.
 * @throws UserError where nothing can be compared, or an option is out of range
 */
export function prepare({ matrix, routers, signals, options }: CompareInput): Prepared {
  const margin = options.margin ?? 0.01;
  const dials = options.dials ?? 33;
  check('margin', margin, margin >= 0 && margin < 1, 'from 0 up to 1');
  check('dials', dials, Number.isInteger(dials) && dials >= 2, 'a whole number from 2');
  check('alpha', options.alpha ?? 0.025, inside(options.alpha ?? 0.025), 'between 0 and 0.5');
  check('bootstrap', options.bootstrap ?? 2000, (options.bootstrap ?? 2000) >= 100, 'from 100');
  if (options.constraint !== undefined) checkConstraint(options.constraint, matrix.costBasis);
  const common = findCommonPrompts(matrix);
  const grouping = groupPrompts(matrix.prompts);
  const { splitSeed, crossFit = false } = options;
  const split = options.outOfDomain
    ? splitByDomain(matrix.prompts, common.rows, grouping, splitSeed)
    : splitPrompts(matrix.prompts, common.rows, grouping, splitSeed, crossFit);
  const features = matrix.prompts.map(({ messages, domain }, row) => {
    const known = signals?.[row];
    const extracted = extractFeatures({ messages, domain });
    return known === undefined ? extracted : { ...extracted, signals: known };
  });
  const leftOut: { router: string; reason: string }[] = [];
  const asked = routers.filter(({ router }) => !baselineIds.includes(router.id));
  const domains = new Set(Array.from(common.rows, (row) => matrix.prompts[row]!.domain));
  const perDomain = registry.get('per-domain');
  if (perDomain !== undefined && domains.size > 1) {
    asked.unshift({ router: perDomain, settings: {} });
  } else {
    const declared = !domains.has(null);
    const reason = `the prompts ${declared ? 'are of one domain' : 'declare no domain'}`;
    leftOut.push({ router: 'per-domain', reason });
  }
  const chosen = withTwins(asked);
  const blocked =
    matrix.costBasis === 'none'
      ? 'no costs are known, so there is nothing to trade quality against'
      : matrix.models.length < 2
        ? 'only one model was measured, so there is nothing to choose between'
        : null;
  if (blocked !== null) {
    leftOut.push(...chosen.map(({ router }) => ({ router: router.id, reason: blocked })));
  }
  const foldInput = {
    common,
    features,
    groupOf: grouping.groupOf,
    routers: blocked === null ? chosen : [],
    seed: options.seed,
    dials,
  };
  return { foldInput, grouping, split, margin, leftOut };
}

/** A router that reads the declared domain is compared a second time, with a predicted one. */
function withTwins(asked: readonly RouterSettings[]): readonly RouterSettings[] {
  const ids = new Set(asked.map(({ router }) => router.id));
  return asked.flatMap(({ router, settings }) => {
    const reads = router.usesDomain || router.readsDomain?.(settings);
    if (!reads || ids.has(predictedTwin(router.id))) return [{ router, settings }];
    const twin = registry.get(predictedTwin(router.id)) ?? withPredictedDomain(router);
    return [
      { router, settings },
      { router: twin, settings },
    ];
  });
}

function inside(alpha: number): boolean {
  return alpha > 0 && alpha < 0.5;
}

function check(name: string, value: number, holds: boolean, expected: string): void {
  if (!holds) throw new UserError(`Expected \`${name}\` to be ${expected}, got ${value}`);
}
