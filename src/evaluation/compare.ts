import { mean } from '../statistics/index.js';
import { version } from '../version.js';
import { routerCalibration } from './calibration.js';
import { choiceRow, chooseOnFolds, reportChoice } from './choice.js';
import type { Comparison } from './comparison.js';
import { BEST_TUNED, matchDials, procedureId, TUNED } from './dial-rows.js';
import type { FittedFold } from './fit-fold.js';
import { fitInThreads } from './fit-in-threads.js';
import { type Fitted, fitInTurn, type ProgressListener } from './fit-jobs.js';
import { judgeFamilyWarning } from './judge-family.js';
import { learningCurve } from './learning-curve.js';
import { measureRouters } from './measure-routers.js';
import { metricDifferences } from './metric-differences.js';
import { testOperatingPoints } from './operating-points.js';
import { type CompareInput, type Prepared, prepare } from './prepare.js';
import { findRegressions } from './regressions.js';
import { type Selection, select } from './selection.js';
import { type Procedure, TestSample } from './test-sample.js';
import { isLookup, measureTradeoffs, type TradeoffRow, withoutRepeats } from './tradeoffs.js';
import { compareVariants } from './variants.js';
import { judge } from './verdict.js';
import { assumedPricesWarning, verdictPrefix } from './verdict-text.js';
import { domainsApartWarning, lookWithinDomains } from './within-domains.js';

interface Candidate {
  readonly id: string;
  readonly procedure: Procedure;
}

/**
 * Compares routing policies over a run: fits on fit, chooses on tune, reports on test, all with
 * intervals over prompts. The same input and seeds give the same numbers.
 * @throws UserError where nothing can be compared, or an option is out of range
 */
export function compare(input: CompareInput, onProgress: ProgressListener = () => {}): Comparison {
  onProgress('Grouping near-duplicate prompts and splitting them');
  const prepared = prepare(input);
  return evaluate(input, prepared, fitInTurn(prepared, onProgress), onProgress);
}

/**
 * As `compare`, to the same numbers, fitting and replaying routers on several threads where there is
 * enough to do.
 * @param threads most threads at work, this one among them; a whole number from 1
 * @throws UserError as `compare`
 */
export async function compareInThreads(
  input: CompareInput,
  threads: number,
  onProgress: ProgressListener = () => {},
): Promise<Comparison> {
  onProgress('Grouping near-duplicate prompts and splitting them');
  const prepared = prepare(input);
  const fitted = await fitInThreads(prepared, threads, onProgress);
  return evaluate(input, prepared, fitted, onProgress);
}

/** Chooses on tune and reports on test. */
function evaluate(
  input: CompareInput,
  prepared: Prepared,
  { folds, prequential }: Fitted,
  onProgress: ProgressListener,
): Comparison {
  const { run, matrix, options } = input;
  const { models, costBasis } = matrix;
  const { split, grouping, margin } = prepared;
  const alpha = options.alpha ?? 0.025;
  const resamples = options.bootstrap ?? 2000;
  const selections = folds.map((fold) => select(fold, margin));
  onProgress(`Resampling ${resamples} times`);
  const sample = new TestSample(folds, grouping.groupOf, resamples, options.seed);
  const runnable = runnableRouters(folds);
  const candidate = candidateOf(selections);
  const offered = [
    ...baselineRows(models, folds),
    ...runnable.flatMap((router) =>
      withoutRepeats(routerRows(router, folds, selections, prepared), sample),
    ),
    ...bestRow(candidate),
  ];
  const choosing = options.constraint ? chooseOnFolds(folds, options.constraint) : null;
  const chosen = choosing && choiceRow(choosing, offered);
  const rows = [...offered, ...(chosen?.added ?? [])];
  const reference = selections.map((selection) => selection.reference);
  onProgress('Measuring intervals');
  const tradeoffs = measureTradeoffs(rows, sample, {
    models,
    costBasis,
    split: split.kind === 'plain' ? 'test' : 'cross-fit',
    reference,
  });
  const operating = runnable.map((router) => {
    const procedure = selections.map(({ operating }) => operating.get(router)!);
    return { router, id: procedureId(procedure), procedure };
  });
  const referenceModel = commonest(reference.map(({ dial }) => dial));
  const { text, ...verdict } = judge({
    sample,
    folds,
    candidate,
    reference: { model: referenceModel, procedure: reference },
    constant: constantOf(selections),
    margin,
    alpha,
    costKnown: costBasis !== 'none',
    costInUsd: costBasis === 'usd',
    promptsPerTestRow: matrix.prompts.length / sample.rows,
  });
  const calibrated = options.calibrated ?? !(options.judgeIsModel ?? false);
  const prefix = verdictPrefix({
    simulated: run.simulated,
    judge: run.judge,
    judgeIsModel: options.judgeIsModel ?? false,
    judgeModel: options.judgeModel,
    calibrated,
    assumedPrices: options.assumedPrices !== undefined,
    outOfDomain: options.outOfDomain ?? false,
  });
  const measured =
    costBasis === 'none'
      ? []
      : measureRouters(runnable, folds, selections, prepared.foldInput.dials, sample);
  onProgress('Checking forecasts');
  const calibration = routerCalibration({
    folds,
    sample,
    operating,
    features: prepared.foldInput.features,
    seed: options.seed,
    resamples,
  });
  const learners = (candidate?.procedure ?? []).flatMap(({ router }) =>
    options.learningCurve && router !== 'always' ? router : [],
  );
  if (learners.length > 0) onProgress(`Refitting ${commonest(learners)} on less`);
  const curve =
    learners.length === 0
      ? null
      : learningCurve({
          router: commonest(learners),
          folds,
          foldInput: prepared.foldInput,
          groupKeys: grouping.keys,
          splitSeed: options.splitSeed,
          margin,
          resamples,
        });
  onProgress('Looking within domains');
  const lookups = folds.flatMap(({ routers }) => routers.get('per-domain')?.find(isLookup) ?? []);
  const withinDomains = lookWithinDomains({
    sample,
    folds,
    domainOf: matrix.prompts.map(({ domain }) => domain),
    reference,
    perDomain: lookups.length === folds.length ? lookups : null,
    candidate,
    costKnown: costBasis !== 'none',
    resamples,
    seed: options.seed,
  });
  const { variants, warnings: variantWarnings } = compareVariants(input.variants, {
    groupOf: grouping.groupOf,
    margin,
    alpha,
    resamples,
    seed: options.seed,
    prefix,
  });
  const beatsMixture = verdict.checks.some(({ name, holds }) => name === 'mixture' && holds);
  const size = (part: 'fit' | 'tune' | 'test'): number =>
    split.folds.reduce((total, fold) => total + fold[part].length, 0);
  return {
    run: run.id,
    runName: run.name,
    simulated: run.simulated,
    seed: options.seed,
    splitSeed: options.splitSeed,
    splits: {
      fit: Math.round(size('fit') / folds.length),
      tune: Math.round(size('tune') / folds.length),
      test: size('test'),
      folds: folds.length,
      groups: split.groups,
      testGroups: sample.groupCount,
    },
    costBasis,
    judge: run.judge,
    calibrated,
    reference: referenceModel,
    verdict: { ...verdict, text: `${prefix}${text}` },
    tradeoffs,
    metrics: measured.map(({ metrics }) => metrics),
    metricDifferences: metricDifferences({
      folds,
      sample,
      measured,
      operating,
      membersOf: membersOf(input),
    }),
    calibration,
    learningCurve: curve,
    costRange: costBasis === 'none' ? null : costRangeOf(folds),
    withinDomains,
    routers: input.routers.map(({ router }) => router.id),
    failed: options.failed ?? 'zero',
    dials: prepared.foldInput.dials,
    choice:
      choosing &&
      reportChoice(choosing, tradeoffs.find(({ policy }) => policy === chosen?.policy) ?? null, {
        reference: referenceModel,
        costBasis,
      }),
    ...jointOf(input, prepared),
    variants,
    assumedPrices: options.assumedPrices ?? null,
    outOfDomain: options.outOfDomain ?? false,
    routerFiles: input.routerFiles ?? [],
    ...(input.embeddings === undefined ? {} : { embeddings: input.embeddings }),
    operatingPoints: testOperatingPoints(operating, reference, folds, sample, {
      margin,
      costKnown: costBasis !== 'none',
    }),
    prequential,
    leftOut: [...prepared.leftOut, ...leftOutOf(folds)],
    warnings: [
      ...(options.warnings ?? []),
      ...assumedPricesWarning(options.assumedPrices),
      ...prepared.foldInput.common.warnings,
      ...grouping.warnings,
      ...split.warnings,
      ...referenceWarning(reference),
      ...variantWarnings,
      ...domainsApartWarning(withinDomains, beatsMixture),
      ...judgeFamilyWarning(options.judgeModel, models),
    ],
    testReadings: (options.priorTestReadings ?? 0) + 1,
    bootstrap: resamples,
    provenance: {
      dataHash: run.dataHash,
      codeVersion: options.codeVersion ?? version,
      prompts: matrix.prompts.length,
      dropped: prepared.foldInput.common.dropped,
      createdAt: options.now.toISOString(),
    },
  };
}

/** What only a comparison of several runs has. */
function jointOf(
  { runs, columns }: CompareInput,
  { foldInput, grouping, margin }: Prepared,
): Pick<Comparison, 'runs' | 'regressions'> {
  if (runs === undefined || columns === undefined) return {};
  return {
    runs,
    regressions: findRegressions(foldInput.common, grouping.groupOf, columns, margin),
  };
}

function membersOf({ routers }: CompareInput): ReadonlyMap<string, readonly string[]> {
  return new Map(routers.map(({ router }) => [router.id, router.members ?? []]));
}

function runnableRouters(folds: readonly FittedFold[]): string[] {
  return [...folds[0]!.routers.keys()].filter((router) =>
    folds.every((fold) => fold.routers.has(router)),
  );
}

function leftOutOf(folds: readonly FittedFold[]): { router: string; reason: string }[] {
  const reasons = new Map(folds.flatMap((fold) => [...fold.leftOut]));
  if (folds.some(({ hull }) => hull.length < 2)) {
    reasons.set('mixture', 'one model is at least as good and as cheap as any other');
  }
  return [...reasons].map(([router, reason]) => ({ router, reason }));
}

function baselineRows(models: readonly string[], folds: readonly FittedFold[]): TradeoffRow[] {
  const mixed = folds.every(({ hull }) => hull.length > 1);
  const names = new Set(folds[0]!.baselines.map(({ router, dial }) => `${router}@${dial}`));
  return [
    ...models.map((dial, m) => ({
      router: 'always',
      dial,
      procedure: folds.map(({ always }) => always[m]!),
      chosenOnTune: false,
      ...roleOf(m, folds),
    })),
    ...[...names].flatMap((name) => {
      const procedure = folds.flatMap(
        ({ baselines }) => baselines.find((one) => `${one.router}@${one.dial}` === name) ?? [],
      );
      const { router, dial } = procedure[0]!;
      if (router === 'mixture' && !mixed) return [];
      return [{ router, dial, procedure, chosenOnTune: false }];
    }),
  ];
}

/** What most folds found a model to be. */
function roleOf(model: number, folds: readonly FittedFold[]): Pick<TradeoffRow, 'role'> {
  if (commonest(folds.map(({ reference }) => reference)) === model) return { role: 'reference' };
  return commonest(folds.map(({ hull }) => hull[0])) === model ? { role: 'cheapest' } : {};
}

function routerRows(
  router: string,
  folds: readonly FittedFold[],
  selections: readonly Selection[],
  { foldInput }: Prepared,
): TradeoffRow[] {
  const chosen = selections.map(({ operating }) => operating.get(router)!);
  const rows = matchDials(
    folds.map((fold) => fold.routers.get(router)!),
    foldInput.dials,
  ).map(({ dial, procedure }) => ({
    router,
    dial,
    procedure,
    chosenOnTune: procedure.every((contender, fold) => contender === chosen[fold]),
  }));
  if (rows.some(({ chosenOnTune }) => chosenOnTune)) return rows;
  return [...rows, { router, dial: TUNED, procedure: chosen, chosenOnTune: true }];
}

/** A row of its own for a candidate that folds found in different routers. */
function bestRow(candidate: Candidate | null): TradeoffRow[] {
  if (candidate === null || candidate.id !== BEST_TUNED) return [];
  const { procedure } = candidate;
  return [{ router: 'best', dial: TUNED, procedure, chosenOnTune: true }];
}

/** A fold without a policy that routes stays with the reference. */
function candidateOf(selections: readonly Selection[]): Candidate | null {
  const routing = selections.flatMap(({ candidate }) => candidate ?? []);
  if (routing.length === 0) return null;
  const procedure = selections.map(({ candidate, reference }) => candidate ?? reference);
  return { id: procedureId(routing), procedure };
}

function constantOf(selections: readonly Selection[]): { model: string; procedure: Procedure } {
  const procedure = selections.map(({ constant }) => constant);
  return { model: commonest(procedure.map(({ dial }) => dial)), procedure };
}

function costRangeOf(folds: readonly FittedFold[]): readonly [number, number] {
  return [
    mean(folds.map(({ costRange }) => costRange[0])),
    mean(folds.map(({ costRange }) => costRange[1])),
  ];
}

function referenceWarning(reference: Procedure): string[] {
  const models = [...new Set(reference.map(({ dial }) => dial))];
  if (models.length === 1) return [];
  return [
    `The best model on tune differs between folds (${models.join(', ')}); differences are against each fold's own.`,
  ];
}

/** The first of those that occur most often. */
function commonest<T>(values: readonly T[]): T {
  const count = (value: T): number => values.filter((other) => other === value).length;
  return values.reduce((best, value) => (count(value) > count(best) ? value : best));
}
