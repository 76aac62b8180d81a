import type { Policy, PolicyDocument } from '../policies/index.js';
import type { Router } from '../routers/index.js';
import type { PrequentialResult } from './comparison.js';
import {
  type Contender,
  type FittedFold,
  type FittedRouters,
  type FoldInput,
  fitFold,
  fitRouters,
} from './fit-fold.js';
import type { Prepared } from './prepare.js';
import { prequentialRegret } from './prequential.js';

/** Called before each step with what is about to be done. */
export type ProgressListener = (step: string) => void;

/** All that is fitted before anything is chosen. */
export interface Fitted {
  readonly folds: readonly FittedFold[];
  readonly prequential: PrequentialResult[];
}

/** Work that needs no other job's result: some routers on one fold, or learning while serving. */
export type Job =
  | { readonly kind: 'fit'; readonly fold: number; readonly routers: readonly string[] }
  | { readonly kind: 'prequential' };

export type JobResult =
  | ({ readonly kind: 'fit' } & FittedRouters)
  | { readonly kind: 'prequential'; readonly results: PrequentialResult[] };

/** A job's result as plain data: each policy is its document. */
export type WrittenResult =
  | {
      readonly kind: 'fit';
      readonly routers: ReadonlyMap<string, readonly WrittenContender[]>;
      readonly leftOut: ReadonlyMap<string, string>;
    }
  | Extract<JobResult, { kind: 'prequential' }>;

type WrittenContender = Omit<Contender, 'policy'> & { readonly document: PolicyDocument };

/** What jobs work on. */
export interface JobInput {
  readonly foldInput: FoldInput;
  /** Each fold's parts, its matrix as ranked for it, and what its models alone cost on tune. */
  readonly folds: readonly (Pick<FittedFold, 'fold' | 'common'> & {
    readonly always: readonly Pick<Contender, 'tuneCost'>[];
  })[];
}

/** Fold after fold, on this thread. */
export function fitInTurn({ split, foldInput }: Prepared, onProgress: ProgressListener): Fitted {
  const folds = split.folds.map((fold, index) => {
    const which = split.folds.length === 1 ? '' : ` (fold ${index + 1} of ${split.folds.length})`;
    onProgress(`Fitting and replaying ${foldInput.routers.length} routers${which}`);
    return fitFold(foldInput, fold);
  });
  return { folds, prequential: prequentialRegret(foldInput) };
}

/** A job for each fold and each kin among the routers, those of many routers first, as they take longest. */
export function planJobs(routers: readonly Router[], folds: number): Job[] {
  const kins = new Map<string, string[]>();
  for (const { id, kin } of routers) {
    const name = kin === undefined ? `alone ${id}` : `kin ${kin}`;
    kins.set(name, [...(kins.get(name) ?? []), id]);
  }
  const ordered = [...kins.values()].sort((a, b) => b.length - a.length);
  const fits = ordered.flatMap((ids) =>
    Array.from({ length: folds }, (_, fold) => ({ kind: 'fit' as const, fold, routers: ids })),
  );
  return routers.some(({ cold }) => cold !== undefined) ? [...fits, { kind: 'prequential' }] : fits;
}

/** @throws UserError as a router's `fit` does */
export function runJob({ foldInput, folds }: JobInput, job: Job): JobResult {
  if (job.kind === 'prequential') return { kind: job.kind, results: prequentialRegret(foldInput) };
  const { fold, common, always } = folds[job.fold]!;
  const wanted = new Set(job.routers);
  const routers = foldInput.routers.filter(({ router }) => wanted.has(router.id));
  return { kind: job.kind, ...fitRouters({ ...foldInput, common, routers }, fold, always) };
}

/** The result as plain data that a structured clone keeps whole, what policies share once. */
export function writeResult(result: JobResult): WrittenResult {
  if (result.kind === 'prequential') return result;
  const write = ({ policy, ...rest }: Contender): WrittenContender[] =>
    policy === null ? [] : [{ ...rest, document: policy.toDocument() }];
  const routers = new Map(
    [...result.routers].map(([id, dial]) => [id, dial.flatMap(write)] as const),
  );
  return { kind: 'fit', routers, leftOut: result.leftOut };
}

/** The result again, each policy rebuilt when it is first asked for: few ever are. */
export function readResult(
  written: WrittenResult,
  fromDocument: (document: PolicyDocument) => Policy,
): JobResult {
  if (written.kind === 'prequential') return written;
  const read = ({ document, ...rest }: WrittenContender): Contender => {
    let policy: Policy | undefined;
    return {
      ...rest,
      get policy() {
        policy ??= fromDocument(document);
        return policy;
      },
    };
  };
  const routers = new Map([...written.routers].map(([id, dial]) => [id, dial.map(read)] as const));
  return { kind: 'fit', routers, leftOut: written.leftOut };
}

/** Puts what jobs gave together, routers in the order in which they are compared. */
export function gather(
  bare: readonly FittedFold[],
  order: readonly Router[],
  jobs: readonly Job[],
  results: readonly JobResult[],
): Fitted {
  const folds = bare.map((fold, index) => {
    const of = results.filter((result, j): result is Extract<JobResult, { kind: 'fit' }> => {
      const job = jobs[j]!;
      return result.kind === 'fit' && job.kind === 'fit' && job.fold === index;
    });
    const sorted = <Value>(maps: readonly ReadonlyMap<string, Value>[]): Map<string, Value> => {
      const all = new Map(maps.flatMap((map) => [...map]));
      return new Map(order.flatMap(({ id }) => (all.has(id) ? [[id, all.get(id)!] as const] : [])));
    };
    return {
      ...fold,
      routers: sorted(of.map(({ routers }) => routers)),
      leftOut: sorted(of.map(({ leftOut }) => leftOut)),
    };
  });
  const prequential = results.flatMap((one) => (one.kind === 'prequential' ? one.results : []));
  return { folds, prequential };
}
