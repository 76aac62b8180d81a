import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../src/features/index.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import { type Decision, drive, type Policy, replay } from '../../src/policies/index.js';
import { policyFromDocument, routerIds, routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { allRows, sampleOutcomes } from './sample-outcomes.js';

const fitted = sampleOutcomes(120, 1);
const tuned = sampleOutcomes(60, 2);
const seen = sampleOutcomes(40, 3);

/** Some calls fail and some texts are missing, as in production. */
const rough: OutcomeMatrix = {
  ...seen.matrix,
  state: seen.matrix.state.map((state, cell) => (cell % 7 === 0 ? CELL.failed : state)),
  text: seen.matrix.text.map((text, cell) => (cell % 7 === 0 || cell % 101 === 0 ? null : text)),
  score: seen.matrix.score.map((score, cell) => (cell % 7 === 0 ? 0 : score)),
};

/** What draws lots, or goes by answers, has to be asked step by step. */
const STEPPED = ['random', 'mixture', 'cascade', 'cascade-routing'];
/** Of these, the ones that leave nothing to chance. */
const DECIDED = ['cascade', 'cascade-routing'];
/** They draw lots only where they are set to. */
const EXPLORERS = ['adaptive', 'thompson', 'linucb'];

const policiesOf = (router: string, serving = {}): readonly Policy[] => {
  const options = { seed: 1, dials: 5, settings: serving };
  const result = routers.get(router)!.fit(fitted.data, tuned.data, options);
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
};

describe.each(routerIds.map((router) => ({ router })))('$router', ({ router }) => {
  let policies: readonly Policy[];
  beforeAll(() => {
    const settings = EXPLORERS.includes(router) ? { serving_exploration: 0.3 } : {};
    policies = policiesOf(router, settings);
  });

  it('names itself and its dial, each setting apart', () => {
    expect(policies.length).toBeGreaterThan(0);
    for (const policy of policies) {
      expect(policy.router).toBe(router);
      expect(policy.id).toBe(`${policy.router}@${policy.dial}`);
    }
    expect(new Set(policies.map(({ id }) => id)).size).toBe(policies.length);
  });

  it('calls the same models and keeps the same answer in replay and live', async () => {
    const rows = allRows(seen.features.length);
    for (const policy of policies) {
      const data = { matrix: rough, features: seen.features, rows };
      const replayed = replay(policy, data, createRng(1));
      const rng = createRng(1);
      for (const row of rows) {
        const ask = async (model: string) => {
          const cell = row * rough.models.length + rough.models.indexOf(model);
          const failed = rough.state[cell] === CELL.failed;
          return { text: rough.text[cell] ?? null, failed, cost: rough.cost[cell]! };
        };
        const driven = await drive(policy, seen.features[row]!, { ask }, { rng });
        const paid = driven.calls.reduce((sum, { reply }) => sum + reply.cost, 0);
        expect(paid).toBe(replayed.cost[row]);
        expect(driven.answer.model).toBe(rough.models[replayed.answeredBy[row]!]);
        for (const { propensity } of driven.decisions) {
          expect(propensity > 0 && propensity <= 1).toBe(true);
        }
      }
    }
  });

  it('chooses, where it says so without an episode, the model that it then calls', () => {
    const rng = createRng(1);
    const exploring = EXPLORERS.includes(router);
    expect(exploring && policies.some(({ choose }) => choose !== undefined)).toBe(false);
    for (const policy of exploring ? policiesOf(router) : policies) {
      const { choose } = policy;
      expect(choose === undefined).toBe(STEPPED.includes(router));
      if (choose === undefined) continue;
      const learned = policy.initialState?.() ?? null;
      for (const features of [...seen.features, ...fitted.features]) {
        const model = choose.call(policy, features);
        const { step, propensity } = policy.decide({ calls: [], learned }, features, rng);
        expect({ step, propensity }).toEqual({ step: { kind: 'call', model }, propensity: 1 });
        const call = { model, text: 'so', failed: false, confidence: null };
        const after = policy.decide({ calls: [call], learned }, features, rng);
        expect(after.step).toEqual({ kind: 'stop', answer: 0 });
      }
    }
  });

  it('says of every call how likely each model was, as it then draws', () => {
    for (const policy of policies) {
      const learned = policy.initialState?.() ?? null;
      const empty = { calls: [], learned };
      const draws = policy.choose === undefined && !DECIDED.includes(router) ? 1_500 : 10;
      for (const features of seen.features.slice(0, 3)) {
        const rng = createRng(policy.id, features.text);
        const counts = policy.models.map(() => 0);
        const first = policy.decide(empty, features, rng);
        const { probabilities } = first;
        expectProbabilities(first, policy);
        for (let draw = 0; draw < draws; draw++) {
          const { step } = policy.decide(empty, features, rng);
          if (step.kind === 'call') counts[step.model]!++;
        }
        counts.forEach((count, model) => {
          const p = probabilities![model]!;
          const spread = Math.sqrt((p * (1 - p)) / draws);
          expect(Math.abs(count / draws - p)).toBeLessThanOrEqual(4.5 * spread + 1 / draws);
        });
        for (const decision of decisions(policy, features, 'so', 1)) {
          expectProbabilities(decision, policy);
        }
      }
    }
  });

  it('decides the same each time, and the same once written down and read back', () => {
    const copies = policies.map((policy) => {
      const text = JSON.stringify(policy.toDocument());
      const copy = policyFromDocument(JSON.parse(text));
      expect(copy.id).toBe(policy.id);
      expect(copy.needs).toEqual(policy.needs);
      expect(JSON.stringify(copy.toDocument())).toBe(text);
      return copy;
    });
    const prompt = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(...seen.features.map(({ text }) => text)),
    );
    const domain = fc.oneof(fc.constantFrom('rivers', 'metals', '__proto__'), fc.string());
    fc.assert(
      fc.property(prompt, domain, fc.string(), fc.nat(), (content, kind, answer, seed) => {
        const request = { messages: [{ role: 'user' as const, content }], domain: kind };
        const features: Features = extractFeatures(request);
        policies.forEach((policy, at) => {
          const other = copies[at]!;
          const paths = [policy, policy, other].map((one) => path(one, features, answer, seed));
          expect(paths[1]).toEqual(paths[0]);
          expect(paths[2]).toEqual(paths[0]);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('explains itself in short clauses', () => {
    for (const policy of policies) {
      const learned = policy.initialState?.() ?? null;
      const { reasons } = policy.decide({ calls: [], learned }, seen.features[0]!, createRng(1));
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).not.toMatch(/undefined|NaN|\n/);
    }
  });

  it('takes a request that says nothing', () => {
    const empty = extractFeatures({ messages: [], domain: '' });
    for (const policy of policies) expect(path(policy, empty, '', 1).length).toBeGreaterThan(1);
  });
});

/** One for a call, that agree with its own probability; none where there is no call. */
function expectProbabilities(decision: Decision, policy: Policy): void {
  const { step, propensity, probabilities } = decision;
  if (step.kind !== 'call') {
    expect(probabilities).toBeUndefined();
    return;
  }
  expect(probabilities).toHaveLength(policy.models.length);
  for (const probability of probabilities!) expect(probability >= 0 && probability <= 1).toBe(true);
  expect(probabilities!.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 12);
  expect(probabilities![step.model]).toBeCloseTo(propensity, 12);
}

/** Every step of one request on which all models give the same answer, put into plain data. */
function path(policy: Policy, features: Features, answer: string, seed: number): unknown[] {
  return decisions(policy, features, answer, seed).map(
    ({ step, propensity, probabilities, reasons }) => ({
      step,
      propensity,
      probabilities,
      reasons: [...reasons],
    }),
  );
}

function decisions(policy: Policy, features: Features, answer: string, seed: number): Decision[] {
  const rng = createRng(seed);
  const learned = policy.initialState?.() ?? null;
  const taken: Decision[] = [];
  let calls: { model: number; text: string; failed: boolean; confidence: number | null }[] = [];
  for (;;) {
    const decision = policy.decide({ calls, learned }, features, rng);
    const { step } = decision;
    taken.push(decision);
    if (step.kind === 'stop') return taken;
    if (step.kind === 'call') {
      calls = [...calls, { model: step.model, text: answer, failed: false, confidence: null }];
    } else {
      const last = calls.pop()!;
      calls = [...calls, { ...last, confidence: policy.verify!(features, last.model, answer) }];
    }
  }
}
