import { expect, test } from 'vitest';
import type { Contender } from '../../src/evaluation/fit-fold.js';
import { landBaselines } from '../../src/evaluation/fit-fold.js';
import {
  fitInTurn,
  gather,
  planJobs,
  readResult,
  runJob,
  writeResult,
} from '../../src/evaluation/fit-jobs.js';
import { compare, compareInThreads } from '../../src/evaluation/index.js';
import { prepare } from '../../src/evaluation/prepare.js';
import { replay } from '../../src/policies/index.js';
import { policyFromDocument, routers as registry } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

const named = (...ids: string[]) => ids.map((id) => ({ router: registry.get(id)!, settings: {} }));

function input() {
  const matrix = exampleMatrix(120);
  const text = matrix.text.map((_, cell) => `it is ${matrix.score[cell] === 1 ? 'so' : 'unsure'}`);
  const routers = named('shrinkage', 'cascade', 'thompson', 'complexity');
  return { ...exampleInput({ ...matrix, text }, { dials: 3 }), routers };
}

test('jobs in any order, cloned on the way, give what one thread gives', () => {
  const prepared = prepare(input());
  const { foldInput, split } = prepared;
  const order = foldInput.routers.map(({ router }) => router);
  const bare = split.folds.map((fold) => landBaselines(foldInput, fold));
  const jobs = planJobs(order, split.folds.length).reverse();
  const results = jobs.map((job) => {
    const result = runJob({ foldInput, folds: bare }, job);
    return readResult(structuredClone(writeResult(result)), policyFromDocument);
  });
  const gathered = gather(bare, order, jobs, results);
  const inTurn = fitInTurn(prepared, () => {});
  expect(gathered.prequential).toEqual(inTurn.prequential);
  expect(gathered.prequential.length).toBeGreaterThan(0);
  const landed = ({ policy: _, ...rest }: Contender) => rest;
  gathered.folds.forEach((fold, f) => {
    const other = inTurn.folds[f]!;
    expect([...fold.routers.keys()]).toEqual([...other.routers.keys()]);
    expect([...fold.leftOut]).toEqual([...other.leftOut]);
    expect(fold.reference).toBe(other.reference);
    for (const [router, dial] of fold.routers) {
      expect(dial.map(landed)).toEqual(other.routers.get(router)!.map(landed));
    }
  });
  const { fold, common, routers } = gathered.folds[0]!;
  const data = { matrix: common.matrix, features: foldInput.features, rows: fold.test };
  for (const { policy, test: landing } of [...routers.values()].map((dial) => dial.at(-1)!)) {
    const rng = createRng(foldInput.seed, 'replay', policy!.id, 'test');
    expect(replay(policy!, data, rng).quality).toEqual(landing.quality);
  }
});

test('routers that share what they learn are one job, the longest jobs first', () => {
  const routers = named('thompson', 'cascade', 'ridge', 'cascade-routing', 'knn', 'stack');
  const jobs = planJobs(
    routers.map(({ router }) => router),
    2,
  );
  expect(jobs).toEqual([
    { kind: 'fit', fold: 0, routers: ['ridge', 'knn', 'stack'] },
    { kind: 'fit', fold: 1, routers: ['ridge', 'knn', 'stack'] },
    { kind: 'fit', fold: 0, routers: ['cascade', 'cascade-routing'] },
    { kind: 'fit', fold: 1, routers: ['cascade', 'cascade-routing'] },
    { kind: 'fit', fold: 0, routers: ['thompson'] },
    { kind: 'fit', fold: 1, routers: ['thompson'] },
    { kind: 'prequential' },
  ]);
});

test('a comparison that is too small for threads takes turns, and says the same', async () => {
  const small = { ...input(), routers: named('complexity', 'thompson') };
  const steps: string[] = [];
  const threaded = await compareInThreads(small, 2, (step) => steps.push(step));
  expect(threaded).toEqual(compare(small));
  expect(steps).toContain('Fitting and replaying 4 routers (fold 1 of 5)');
});
