import { distance } from 'fastest-levenshtein';
import type { Policy } from '../policies/index.js';
import { type Router, routers as registry } from '../routers/index.js';
import { UserError } from '../user-error.js';
import { chooseOnTune } from './choice.js';
import { pickDial, TUNED } from './dial-rows.js';
import { type FittedFold, fitFold, routerData } from './fit-fold.js';
import { refitByDomain } from './out-of-domain.js';
import { type CompareInput, type Prepared, prepare } from './prepare.js';
import { type Selection, select } from './selection.js';
import { refitFold } from './splits.js';

export interface FittedPolicy {
  readonly policy: Policy;
  /** `fit`: the very policy that was compared. `everything`: refitted on all prompts, as after cross-fitting. */
  readonly fittedOn: 'fit' | 'everything';
}

/**
 * Fits the policy of a comparison again, to be exported. After a plain split it is the very policy
 * that was compared; after cross-fitting the router is fitted on everything (5 : 2 to fit and tune),
 * as the comparison was about the procedure.
 * @param policyId as in the comparison's tradeoffs
 * @throws UserError that lists close ids where there is no such policy
 */
export function fitForExport(input: CompareInput, policyId: string): FittedPolicy {
  const prepared = prepare(input);
  const { split, grouping, foldInput } = prepared;
  const { splitSeed } = input.options;
  const fittedOn = split.kind === 'plain' ? 'fit' : 'everything';
  const fold =
    split.kind === 'plain'
      ? split.folds[0]!
      : input.options.outOfDomain
        ? refitByDomain(input.matrix.prompts, foldInput.common.rows, grouping, splitSeed)
        : refitFold(foldInput.common.rows, grouping, splitSeed);
  const wanted = policyId.slice(0, Math.max(0, policyId.indexOf('@')));
  const dial = policyId.slice(policyId.indexOf('@') + 1);
  const ofAny = wanted === 'best' || wanted === 'chosen';
  const only = foldInput.routers.filter(({ router }) => ofAny || router.id === wanted);
  const fitted = fitFold({ ...foldInput, routers: only }, fold);
  const policy =
    wanted === 'chosen'
      ? fromConstraint(dial, fitted, prepared, input)
      : (fromBaseline(wanted, dial, fitted, prepared) ??
        fromRouters(wanted, dial, fitted, select(fitted, prepared.margin), foldInput.dials));
  if (policy === undefined) throw unknownPolicy(policyId, fitted, prepared);
  refuseLaterMeasurements(policy, input);
  return { policy, fittedOn };
}

/** The oracle is left out: it knows the scores. */
const EXPORTABLE_BASELINES = ['always', 'random', 'mixture'];

function fromBaseline(
  wanted: string,
  dial: string,
  fitted: FittedFold,
  { foldInput }: Prepared,
): Policy | undefined {
  const router = registry.get(wanted);
  if (router === undefined || !EXPORTABLE_BASELINES.includes(wanted)) return undefined;
  return offeredBy(router, fitted, foldInput).find((policy) => policy.dial === dial);
}

/** What the bounds of the comparison pick where everything is fitted on. */
function fromConstraint(
  dial: string,
  fitted: FittedFold,
  prepared: Prepared,
  { options }: CompareInput,
): Policy | undefined {
  if (dial !== TUNED || options.constraint === undefined) return undefined;
  const { contender } = chooseOnTune(fitted, options.constraint);
  return contender.policy ?? fromBaseline(contender.router, contender.dial, fitted, prepared);
}

/** A model's measurement in a later run is no model that could be called. */
function refuseLaterMeasurements(policy: Policy, { matrix, columns }: CompareInput): void {
  matrix.models.forEach((name, m) => {
    const column = columns?.[m];
    if (column === undefined || column.model === name || !policy.models.includes(name)) return;
    throw new UserError(
      `Policy "${policy.id}" calls "${name}", which is "${column.model}" as the run "${column.run}" measured it: to export it, compare that run alone (switchyard compare ${column.run})`,
    );
  });
}

/** A setting that a router may have left out as a repeat of the one below, or one by its number. */
function isPosition(dial: string, dials: number): boolean {
  const step = Number(dial) * (dials - 1);
  return /^\d+of\d+$/.test(dial) || Math.abs(step - Math.round(step)) < 1e-3 * dials;
}

function fromRouters(
  wanted: string,
  dial: string,
  fitted: FittedFold,
  selection: Selection,
  dials: number,
): Policy | undefined {
  if (wanted === 'best')
    return dial === TUNED ? (selection.candidate?.policy ?? undefined) : undefined;
  const offered = fitted.routers.get(wanted);
  if (offered === undefined) return undefined;
  if (dial === TUNED) return selection.operating.get(wanted)?.policy ?? undefined;
  if (!offered.some((one) => one.dial === dial) && !isPosition(dial, dials)) return undefined;
  return pickDial(offered, dial)?.policy ?? undefined;
}

function offeredBy(
  router: Router,
  { fold, common }: FittedFold,
  { features, groupOf, seed, dials }: Prepared['foldInput'],
): readonly Policy[] {
  const offered = router.fit(
    routerData({ common, features, groupOf }, fold.fit),
    routerData({ common, features, groupOf }, fold.tune),
    { seed, dials, settings: {} },
  );
  return 'leftOut' in offered ? [] : offered;
}

function unknownPolicy(policyId: string, fitted: FittedFold, { foldInput }: Prepared): UserError {
  const ids = [
    ...EXPORTABLE_BASELINES.flatMap((id) => {
      const router = registry.get(id);
      return router === undefined ? [] : offeredBy(router, fitted, foldInput).map((one) => one.id);
    }),
    ...foldInput.routers.map(({ router }) => `${router.id}@${TUNED}`),
    ...[...fitted.routers.values()].flat().map(({ router, dial }) => `${router}@${dial}`),
  ];
  const close = ids
    .map((id) => ({ id, steps: distance(id, policyId) }))
    .sort((a, b) => a.steps - b.steps)
    .slice(0, 3)
    .map(({ id }) => `"${id}"`);
  const router = policyId.split('@')[0]!;
  const absent = registry.has(router) && !ids.some((id) => id.startsWith(`${router}@`));
  const reason = policyId.startsWith('oracle@')
    ? 'knows the scores, so it cannot be exported'
    : absent
      ? `is no policy of the run's latest comparison, which has no "${router}": compare again with it`
      : 'is no policy of this comparison';
  return new UserError(`Policy "${policyId}" ${reason}; the closest are ${close.join(', ')}`);
}
