import { describe, expect, it } from 'vitest';
import { type Decision, decided, drive, replay, type Step } from '../../src/policies/index.js';
import { createRng } from '../../src/statistics/index.js';
import { UserError } from '../../src/user-error.js';
import { featuresOf, matrixOf, scripted } from './scripted-policies.js';

const answering = { ask: async (model: string) => ({ text: `by ${model}`, failed: false }) };
const options = { rng: createRng(1) };

describe('drive', () => {
  it('returns the kept call with what the caller put into it, and every decision', async () => {
    const policy = scripted(
      [{ kind: 'call', model: 1 }, { kind: 'consult' }, { kind: 'stop', answer: 0 }],
      { verify: () => 0.5 },
    );
    const driven = await drive(
      policy,
      { messages: [{ role: 'user', content: 'hi' }], domain: null },
      { ask: async (model) => ({ text: model, failed: false, tokens: 7 }) },
      { ...options, explain: true },
    );
    expect(driven.answer).toEqual({
      model: 'lab/b',
      reply: { text: 'lab/b', failed: false, tokens: 7 },
      confidence: 0.5,
    });
    expect(driven.calls).toHaveLength(1);
    expect(driven.decisions.map(({ reasons }) => reasons)).toEqual([
      ['step 1'],
      ['step 2'],
      ['step 3'],
    ]);
  });

  it('builds reasons only when asked', async () => {
    let built = 0;
    const policy = scripted([], {
      decide: ({ calls }) =>
        decided(
          calls.length === 0 ? { kind: 'call', model: 0 } : { kind: 'stop', answer: 0 },
          1,
          () => [`reason ${++built}`],
        ),
    });
    const quiet = await drive(policy, featuresOf('hi'), answering, options);
    expect(built).toBe(0);
    expect(quiet.decisions[0]!.reasons).toEqual([]);
    await drive(policy, featuresOf('hi'), answering, { ...options, explain: true });
    expect(built).toBe(2);
  });

  it('says which models were eligible, and with what probabilities where asked', async () => {
    let worked = 0;
    const call: Decision = {
      step: { kind: 'call', model: 1 },
      propensity: 0.75,
      reasons: [],
      get probabilities() {
        worked++;
        return [0.25, 0.75];
      },
    };
    const policy = scripted([], {
      decide: ({ calls }) =>
        calls.length === 0 ? call : decided({ kind: 'stop', answer: 0 }, 1, () => []),
    });
    const quiet = await drive(policy, featuresOf('hi'), answering, options);
    expect(quiet.decisions[0]!.probabilities).toBeNull();
    expect(worked).toBe(0);
    const { decisions } = await drive(policy, featuresOf('hi'), answering, {
      ...options,
      log: true,
    });
    expect(decisions).toEqual([
      {
        step: { kind: 'call', model: 1 },
        propensity: 0.75,
        eligible: policy.models,
        probabilities: [0.25, 0.75],
        reasons: [],
      },
      {
        step: { kind: 'stop', answer: 0 },
        propensity: 1,
        eligible: [],
        probabilities: null,
        reasons: [],
      },
    ]);
  });

  it('ends with an answer that cannot be taken back', async () => {
    const policy = scripted([
      { kind: 'call', model: 0 },
      { kind: 'call', model: 1 },
      { kind: 'call', model: 0 },
      { kind: 'stop', answer: 0 },
    ]);
    const driven = await drive(
      policy,
      featuresOf('hi'),
      { ask: async (model) => ({ text: model, failed: false, shown: model === 'lab/b' }) },
      { ...options, final: ({ shown }) => shown },
    );
    expect(driven.answer.model).toBe('lab/b');
    expect(driven.calls.map(({ model }) => model)).toEqual(['lab/a', 'lab/b']);
    expect(driven.decisions.map(({ step }) => step.kind)).toEqual(['call', 'call']);
  });

  it('refuses a request without the domain that the policy needs', async () => {
    const policy = scripted([], { needs: { domain: true, answers: false } });
    await expect(drive(policy, featuresOf('hi'), answering, options)).rejects.toThrow(UserError);
  });

  it('refuses a request without a signal that the policy needs', async () => {
    const needs = { domain: false, answers: false, signals: ['embedding:x'] };
    await expect(
      drive(scripted([], { needs }), featuresOf('hi'), answering, options),
    ).rejects.toThrow('needs the signal "embedding:x"');
  });

  it('passes on what a call throws', async () => {
    const policy = scripted([{ kind: 'call', model: 0 }]);
    const ask = async () => {
      throw new Error('aborted');
    };
    await expect(drive(policy, featuresOf('hi'), { ask }, options)).rejects.toThrow('aborted');
  });
});

describe('both drivers refuse policies that make no sense', () => {
  const consult: Step = { kind: 'consult' };
  const call: Step = { kind: 'call', model: 0 };
  it.each<[string, readonly Step[], string]>([
    ['calling for ever', [call], 'without an answer'],
    ['consulting before any answer', [consult], 'consult a verifier'],
    ['calling a model it does not list', [{ kind: 'call', model: 9 }], 'call model 9'],
    ['keeping an answer it has not', [{ kind: 'stop', answer: 3 }], 'keep answer 3'],
    ['consulting for ever', [call, ...Array<Step>(99).fill(consult)], 'without an answer'],
  ])('%s', async (_, steps, message) => {
    const verify = (): number => 0.5;
    const matrix = matrixOf(['lab/a', 'lab/b'], [[[{}], [{}]]]);
    const data = { matrix, features: [featuresOf('p')], rows: Int32Array.of(0) };
    expect(() => replay(scripted(steps, { verify }), data, createRng(1))).toThrow(message);
    await expect(
      drive(scripted(steps, { verify }), featuresOf('p'), answering, options),
    ).rejects.toThrow(message);
  });
});
