import { mean } from '../statistics/index.js';
import { UserError } from '../user-error.js';
import type { Choice, Constraint, Tradeoff } from './comparison.js';
import { TUNED } from './dial-rows.js';
import type { Contender, FittedFold } from './fit-fold.js';
import type { Procedure } from './test-sample.js';
import type { TradeoffRow } from './tradeoffs.js';

/** What a constraint picked on each fold's tune part. Nothing here has looked at a test part. */
export interface Choosing {
  readonly constraint: Constraint;
  readonly procedure: Procedure;
  /** Folds on whose tune part something satisfies the constraint; in the others the nearest stands in. */
  readonly satisfied: number;
  /** The reference model's mean on tune, averaged over folds. */
  readonly referenceQuality: number;
}

/** Differences below this are rounding. */
const EQUAL = 1e-12;

/** @throws UserError where a bound is out of range, or dollars are asked for and none are known */
export function checkConstraint(
  { maxCostUsdPer1k, minQuality, qualityDrop }: Constraint,
  costBasis: 'usd' | 'call_share' | 'none',
): void {
  for (const [name, value] of Object.entries({ minQuality, qualityDrop })) {
    if (value !== undefined && !(value >= 0 && value <= 1)) {
      throw new UserError(`Expected \`${name}\` to be from 0 to 1, got ${value}`);
    }
  }
  if (maxCostUsdPer1k === undefined) return;
  if (!(maxCostUsdPer1k >= 0 && Number.isFinite(maxCostUsdPer1k))) {
    throw new UserError(`Expected \`maxCostUsdPer1k\` to be from 0, got ${maxCostUsdPer1k}`);
  }
  if (costBasis !== 'usd') {
    throw new UserError(
      'A largest cost in dollars is asked for, and this data has no prices: give every model one with --price MODEL=USD_PER_CALL, or ask for --min-quality or --quality-drop',
    );
  }
}

/** One policy that satisfies the constraint on this fold's tune part: see `Constraint`. */
export function chooseOnTune(
  fitted: FittedFold,
  constraint: Constraint,
): { readonly contender: Contender; readonly satisfies: boolean } {
  const { maxCostUsdPer1k, minQuality, qualityDrop } = constraint;
  const offered = [
    ...fitted.always,
    ...fitted.baselines.filter(({ router }) => router !== 'oracle'),
    ...[...fitted.routers.values()].flat(),
  ];
  const reference = fitted.always[fitted.reference]!.tuneQuality;
  const cap = (maxCostUsdPer1k ?? Number.POSITIVE_INFINITY) / 1000;
  const floor = Math.max(
    minQuality ?? Number.NEGATIVE_INFINITY,
    qualityDrop === undefined ? Number.NEGATIVE_INFINITY : reference - qualityDrop,
  );
  const affordable = offered.filter(({ tuneCost }) => tuneCost <= cap * (1 + EQUAL));
  const satisfying = affordable.filter(({ tuneQuality }) => tuneQuality >= floor - EQUAL);
  if (satisfying.length > 0) {
    const capped = minQuality === undefined && qualityDrop === undefined;
    return { contender: (capped ? best : cheapest)(satisfying), satisfies: true };
  }
  const contender = affordable.length > 0 ? best(affordable) : cheapest(offered);
  return { contender, satisfies: false };
}

export function chooseOnFolds(folds: readonly FittedFold[], constraint: Constraint): Choosing {
  const choices = folds.map((fold) => chooseOnTune(fold, constraint));
  return {
    constraint,
    procedure: choices.map(({ contender }) => contender),
    satisfied: choices.filter(({ satisfies }) => satisfies).length,
    referenceQuality: mean(folds.map((fold) => fold.always[fold.reference]!.tuneQuality)),
  };
}

/** The row that what was chosen is reported by: one that stands already, or one of its own. */
export function choiceRow(
  { procedure, satisfied }: Choosing,
  rows: readonly TradeoffRow[],
): { readonly policy: string | null; readonly added: readonly TradeoffRow[] } {
  if (satisfied === 0) return { policy: null, added: [] };
  const standing = rows.find((row) => row.procedure.every((one, fold) => one === procedure[fold]));
  if (standing !== undefined) return { policy: rowId(standing), added: [] };
  const one = procedure.length === 1 ? procedure[0]! : { router: 'chosen', dial: TUNED };
  const row = { router: one.router, dial: one.dial, procedure, chosenOnTune: true };
  return { policy: rowId(row), added: [row] };
}

/** What was asked, what tune promised and what test gave. */
export function reportChoice(
  choosing: Choosing,
  landed: Tradeoff | null,
  of: { readonly reference: string; readonly costBasis: 'usd' | 'call_share' | 'none' },
): Choice {
  const { constraint, procedure, satisfied, referenceQuality } = choosing;
  const quality = mean(procedure.map(({ tuneQuality }) => tuneQuality));
  const cost = mean(procedure.map(({ tuneCost }) => tuneCost));
  const asked = askedText(constraint, of.reference);
  const onTune = pointText(constraint, of.costBasis, quality, cost, quality - referenceQuality);
  if (landed === null) {
    const text = `Asked for ${asked}: no policy gives that on tune; the nearest there gives ${onTune}.`;
    return { constraint, policy: null, tune: null, met: false, text };
  }
  const { maxCostUsdPer1k, minQuality, qualityDrop } = constraint;
  const reached = landed.quality.mean ?? Number.NaN;
  const delta = landed.qualityDelta.mean ?? Number.NaN;
  const spent = landed.cost.mean ?? Number.NaN;
  const met =
    (minQuality === undefined || reached >= minQuality - EQUAL) &&
    (qualityDrop === undefined || delta >= -qualityDrop - EQUAL) &&
    (maxCostUsdPer1k === undefined || 1000 * spent <= maxCostUsdPer1k * (1 + EQUAL));
  const folds =
    satisfied === procedure.length
      ? ''
      : ` (in ${satisfied} of ${procedure.length} folds; in the others nothing gives it, and the nearest stands in)`;
  const onTest = pointText(constraint, of.costBasis, reached, spent, delta);
  return {
    constraint,
    policy: landed.policy,
    tune: { quality, costUsdPer1k: of.costBasis === 'usd' ? 1000 * cost : null },
    met,
    text: `Asked for ${asked}: ${landed.policy}, chosen on tune${folds}. Tune promised ${onTune}; test gave ${onTest}: ${met ? 'met' : 'not met'}.`,
  };
}

function askedText(
  { maxCostUsdPer1k, minQuality, qualityDrop }: Constraint,
  reference: string,
): string {
  const bounds = [
    ...(minQuality === undefined ? [] : [`a quality of at least ${minQuality}`]),
    ...(qualityDrop === undefined
      ? []
      : [`a quality at most ${qualityDrop} below that of ${reference}`]),
    ...(maxCostUsdPer1k === undefined ? [] : [`at most $${maxCostUsdPer1k} per 1,000 prompts`]),
  ].join(' and ');
  const capped = minQuality === undefined && qualityDrop === undefined;
  return `${capped ? 'the highest quality' : 'the lowest cost'} with ${bounds}`;
}

function pointText(
  { qualityDrop }: Constraint,
  costBasis: 'usd' | 'call_share' | 'none',
  quality: number,
  cost: number,
  delta: number,
): string {
  const sign = delta < 0 ? '−' : '+';
  const against = qualityDrop === undefined ? '' : ` (${sign}${Math.abs(delta).toFixed(4)})`;
  const price = {
    usd: ` at $${(1000 * cost).toPrecision(4)} per 1,000`,
    call_share: ` at a call share of ${cost.toFixed(3)}`,
    none: '',
  }[costBasis];
  return `${quality.toFixed(4)}${against}${price}`;
}

/** Ties: the better, then the first. */
function cheapest(contenders: readonly Contender[]): Contender {
  return contenders.reduce((least, one) =>
    one.tuneCost < least.tuneCost ||
    (one.tuneCost === least.tuneCost && one.tuneQuality > least.tuneQuality)
      ? one
      : least,
  );
}

/** Ties: the cheaper, then the first. */
function best(contenders: readonly Contender[]): Contender {
  return contenders.reduce((most, one) =>
    one.tuneQuality > most.tuneQuality ||
    (one.tuneQuality === most.tuneQuality && one.tuneCost < most.tuneCost)
      ? one
      : most,
  );
}

function rowId({ router, dial }: TradeoffRow): string {
  return `${router}@${dial}`;
}
