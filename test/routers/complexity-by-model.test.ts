import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features, signalId } from '../../src/features/index.js';
import type { OutcomeMatrix } from '../../src/outcomes/index.js';
import { drive, replay } from '../../src/policies/index.js';
import {
  checkSettings,
  policyFromDocument,
  type RouterData,
  routers,
} from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';

const complexity = routers.get('complexity')!;
const settings = { classifier: { model: 'maker/judge', price: { input: 1, output: 1 } } };
const [spec] = complexity.signals!(settings);
const ID = signalId(spec!);
const COST = 0.0002;
const PROMPTS = 60;

/** Readings from 0 to 1 in tenths; every twelfth request has none. */
const readings = Array.from({ length: PROMPTS }, (_, at) =>
  Float32Array.from(at % 12 === 11 ? [] : [(at % 11) / 10]),
);
const features: readonly Features[] = readings.map((values, at) => ({
  ...extractFeatures({ messages: [{ role: 'user', content: `request ${at}` }], domain: null }),
  signals: { [ID]: { values, cost: COST, latency: 30 } },
}));
const cells = (small: number, large: number): Float64Array =>
  Float64Array.from({ length: PROMPTS * 2 }, (_, cell) => (cell % 2 === 0 ? small : large));
const data: RouterData = {
  models: ['maker/small', 'maker/large'],
  features,
  score: cells(0.2, 0.9),
  cost: cells(0.001, 0.01),
  text: Array(PROMPTS * 2).fill(null),
  failed: new Uint8Array(PROMPTS * 2),
  groups: Int32Array.from({ length: PROMPTS }, (_, row) => row),
};
const matrix: OutcomeMatrix = {
  prompts: features.map((_, at) => ({
    id: `p${at}`,
    messages: [],
    reference: null,
    grader: null,
    domain: null,
    group: null,
    difficulty: null,
    split: null,
    metadata: {},
  })),
  models: data.models,
  trials: 1,
  state: new Uint8Array(PROMPTS * 2).fill(1),
  score: data.score,
  cost: data.cost,
  latency: cells(100, 400),
  text: data.text,
  costBasis: 'usd',
};
const rows = Int32Array.from(features, (_, row) => row);

function fitted() {
  const policies = complexity.fit(data, data, { seed: 1, dials: 9, settings });
  if ('leftOut' in policies) throw new Error(policies.leftOut);
  return policies;
}

describe('complexity as a model reads it', () => {
  it('asks for the signal of the model that is set, and for none by default', () => {
    expect(spec).toEqual({
      kind: 'complexity',
      model: 'maker/judge',
      baseUrl: null,
      apiKeyEnv: null,
      price: { input: 1, output: 1 },
    });
    expect(complexity.signals!({})).toEqual([]);
  });

  it('sends what is read as more demanding to the dearer model, at thresholds by quantile', () => {
    const policies = fitted();
    const shares = policies.map((policy) => {
      const { answeredBy } = replay(policy, { matrix, features, rows }, createRng(1));
      const scores = readings.map(([score]) => score ?? 1);
      const dear = scores.filter((_, at) => answeredBy[at] === 1);
      const cheap = scores.filter((_, at) => answeredBy[at] === 0);
      expect(Math.min(...dear, 2)).toBeGreaterThan(Math.max(...cheap, -1));
      return dear.length / PROMPTS;
    });
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('takes a missing reading for the highest, and says so', () => {
    const [, policy] = fitted();
    const decision = policy!.decide({ calls: [], learned: null }, features[11]!, createRng(1));
    expect(decision.step).toEqual({ kind: 'call', model: 1 });
    expect(decision.reasons[0]).toContain('no reading came of');
  });

  it('costs what the reading costs on every request, missing ones too', () => {
    const [cheapest] = fitted();
    const { cost, latency } = replay(cheapest!, { matrix, features, rows }, createRng(1));
    for (const row of rows) {
      expect(cost[row]).toBeCloseTo(0.001 + COST, 12);
      expect(latency[row]).toBe(130);
    }
    const plain = complexity.fit(data, data, { seed: 1, dials: 9, settings: {} });
    if ('leftOut' in plain) throw new Error(plain.leftOut);
    expect(plain[0]!.needs.signals).toBeUndefined();
    expect(replay(plain[0]!, { matrix, features, rows }, createRng(1)).cost[0]).toBe(0.001);
  });

  it('decides alike as written down, in replay and live', async () => {
    for (const policy of fitted()) {
      const again = policyFromDocument(JSON.parse(JSON.stringify(policy.toDocument())));
      expect(again.needs).toEqual(policy.needs);
      const { answeredBy } = replay(again, { matrix, features, rows }, createRng(1));
      for (const row of rows) {
        const live = await drive(
          policy,
          features[row]!,
          {
            ask: async () => ({ text: 'x', failed: false }),
          },
          { rng: createRng(1) },
        );
        expect(live.calls.map(({ model }) => model)).toEqual([matrix.models[answeredBy[row]!]]);
      }
    }
  });

  it('is left out, saying why, where the readings are not there', () => {
    const bare = features.map(({ signals: _, ...rest }) => rest);
    expect(
      complexity.fit({ ...data, features: bare }, data, { seed: 1, dials: 9, settings }),
    ).toEqual({
      leftOut: `the prompts lack the signal "${ID}"`,
    });
  });

  it.each([
    [
      { model: 'judge' },
      '`settings.classifier.model`: expected a model as "provider/name", got "judge"',
    ],
    [
      { model: 'a/b', api_key_env: 'SECRET' },
      '`settings.classifier.api_key_env`: expected the name of an environment variable that ends in _API_KEY, got "SECRET"',
    ],
    [
      { model: 'a/b', base_url: 'ftp://x' },
      '`settings.classifier.base_url`: expected an http or https address, got "ftp://x"',
    ],
    [{ model: 'a/b', modle: 1 }, '`settings.classifier`: Unrecognized key: "modle"'],
    [{ weights: 1 }, '`settings.classifier.weights`:'],
  ])('a setting that is wrong is named: %j', (classifier, message) => {
    expect(() => checkSettings(complexity, { classifier })).toThrow(message);
  });
});
