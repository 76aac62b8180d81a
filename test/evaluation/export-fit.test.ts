import { describe, expect, test } from 'vitest';
import { type CompareInput, compare, fitForExport } from '../../src/evaluation/index.js';
import { extractFeatures } from '../../src/features/index.js';
import { defaultRouterIds, policyFromDocument, routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

/** The example's scores, with answers that verifiers can read. */
function inputOf(prompts: number, ids: readonly string[], dials: number): CompareInput {
  const matrix = exampleMatrix(prompts);
  const text = Array.from(
    matrix.score,
    (score, cell) => `${score > 0 ? 'So' : 'No'} it is ${cell}.`,
  );
  const input = exampleInput({ ...matrix, text }, { bootstrap: 100, dials });
  return { ...input, routers: ids.map((id) => ({ router: routers.get(id)!, settings: {} })) };
}

describe.each([
  ['after cross-fitting', 100, 'everything'],
  ['after a plain split', 2000, 'fit'],
] as const)('%s', (_, prompts, fittedOn) => {
  test.each(prompts < 2000 ? defaultRouterIds : ['complexity'])(
    'every policy of %s is exported, and decides alike once read back',
    (id) => {
      const input = inputOf(prompts, [id], 3);
      const comparison = compare(input);
      const features = input.matrix.prompts
        .slice(0, 40)
        .map(({ messages, domain }) => extractFeatures({ messages, domain }));
      for (const { policy: policyId, router } of comparison.tradeoffs) {
        if (router === 'oracle') {
          expect(() => fitForExport(input, policyId)).toThrow('knows the scores');
          continue;
        }
        // The baselines are the same whatever stands beside them.
        if (router !== id && id !== 'rules') continue;
        const fitted = fitForExport(input, policyId);
        expect(fitted.fittedOn).toBe(fittedOn);
        if (fittedOn === 'fit') expect(fitted.policy.id).toBe(policyId);
        const back = policyFromDocument(JSON.parse(JSON.stringify(fitted.policy.toDocument())));
        for (const [i, one] of features.entries()) {
          const state = { calls: [], learned: fitted.policy.initialState?.() ?? null };
          expect(back.decide(state, one, createRng('same', i)).step).toEqual(
            fitted.policy.decide(state, one, createRng('same', i)).step,
          );
        }
      }
    },
  );
});

test('a policy that is none of the comparison', () => {
  expect(() => fitForExport(inputOf(60, ['rules'], 3), 'rulez@0.5')).toThrow(
    'Policy "rulez@0.5" is no policy of this comparison; the closest are',
  );
  expect(() => fitForExport(inputOf(60, ['rules'], 3), 'chosen@tuned')).toThrow('is no policy');
});
