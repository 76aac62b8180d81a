import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../../src/features/index.js';
import {
  policyFromDocument,
  type Router,
  type RouterData,
  routers,
} from '../../../src/routers/index.js';
import { cluster } from '../../../src/routers/learned/cluster.js';
import { knn } from '../../../src/routers/learned/knn.js';
import { logistic } from '../../../src/routers/learned/logistic.js';
import { ridge } from '../../../src/routers/learned/ridge.js';
import { createRng } from '../../../src/statistics/index.js';

const SIGNAL = 'embedding:maker/embed:1';
const DIMENSIONS = 8;
const options = { seed: 1, dials: 9 };

/** Texts tell nothing; the first dimension of the embedding tells which of two models is right. */
function sample(prompts: number, seed: number, carries = true): RouterData {
  const rng = createRng('embeddings', seed);
  const features: Features[] = [];
  const score = new Float64Array(prompts * 2);
  for (let row = 0; row < prompts; row++) {
    const words = Array.from({ length: 6 }, () => `w${rng.below(400)}`).join(' ');
    const values = Float32Array.from({ length: DIMENSIONS }, () => rng.normal());
    const base = extractFeatures({ messages: [{ role: 'user', content: words }], domain: null });
    features.push(
      carries ? { ...base, signals: { [SIGNAL]: { values, cost: 1e-6, latency: 2 } } } : base,
    );
    score[row * 2] = values[0]! < 0 ? 1 : 0;
    score[row * 2 + 1] = values[0]! < 0.6 && rng.next() < 0.3 ? 0 : 1;
  }
  return {
    models: ['maker/small', 'maker/large'],
    features,
    score,
    cost: Float64Array.from({ length: prompts * 2 }, (_, cell) => (cell % 2 === 0 ? 0.001 : 0.01)),
    text: Array(prompts * 2).fill(null),
    failed: new Uint8Array(prompts * 2),
    groups: Int32Array.from({ length: prompts }, (_, row) => row),
  };
}

const fit = sample(500, 1);
const tune = sample(200, 2);
const fresh = sample(300, 3);
const state = { calls: [], learned: null };

function fitted(router: Router, settings: Record<string, unknown>, data = fit) {
  const policies = router.fit(data, tune, { ...options, settings });
  if ('leftOut' in policies) throw new Error(policies.leftOut);
  return policies;
}

/** Share of fresh prompts on which the forecast tells rightly that the small model is right. */
function skill(router: Router, settings: Record<string, unknown>): number {
  const [policy] = fitted(router, settings);
  const right = fresh.features.filter((features, row) => {
    const { quality } = policy!.forecast!(features);
    return quality[0]! > 0.5 === (fresh.score[row * 2] === 1);
  });
  return right.length / fresh.features.length;
}

describe.each([ridge, logistic, knn, routers.get('stack')!, cluster])(
  '$id on embeddings',
  (router) => {
    it('learns from the embedding what the text does not tell', () => {
      expect(skill(router, {})).toBeLessThan(0.62);
      expect(skill(router, { features: 'embedding' })).toBeGreaterThan(0.72);
      expect(skill(router, { features: 'both' })).toBeGreaterThan(0.68);
    });

    it.each(['embedding', 'both'])('needs the signal it rests on, and no other: %s', (features) => {
      for (const policy of fitted(router, { features })) {
        expect(policy.needs.signals).toEqual([SIGNAL]);
      }
      for (const policy of fitted(router, {})) expect(policy.needs.signals).toBeUndefined();
    });

    it.each(['embedding', 'both'])('decides as written down: %s', (features) => {
      for (const policy of fitted(router, { features })) {
        const again = policyFromDocument(JSON.parse(JSON.stringify(policy.toDocument())));
        expect(again.needs).toEqual(policy.needs);
        const rng = createRng(1);
        for (const one of fresh.features) {
          expect(again.forecast!(one)).toEqual(policy.forecast!(one));
          expect(again.decide(state, one, rng).step).toEqual(policy.decide(state, one, rng).step);
        }
      }
    });

    it('is left out, saying why, where prompts have no embeddings', () => {
      const bare = sample(200, 1, false);
      const settings = { features: 'embedding' };
      expect(router.fit(bare, bare, { ...options, settings })).toEqual({
        leftOut:
          'it is set to `features: embedding`, and the prompts have no embeddings: name some (compare --embeddings local)',
      });
    });

    it('refuses an embedding of another length', () => {
      const [policy] = fitted(router, { features: 'embedding' });
      const [one] = fresh.features;
      const values = new Float32Array(DIMENSIONS + 1);
      const odd = {
        ...one!,
        lexical: { ...one!.lexical },
        signals: { [SIGNAL]: { values, cost: 0, latency: 0 } },
      };
      expect(() => policy!.decide(state, odd, createRng(1))).toThrow(
        'has 9 dimensions, and the policy learned from 8: obtain it from the same model',
      );
    });
  },
);
