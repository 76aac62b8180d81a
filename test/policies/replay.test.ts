import { describe, expect, it } from 'vitest';
import { CELL } from '../../src/outcomes/index.js';
import { type Policy, replay, replayAll, type Step, unmetNeed } from '../../src/policies/index.js';
import { createRng } from '../../src/statistics/index.js';
import { UserError } from '../../src/user-error.js';
import { featuresOf, matrixOf, scripted } from './scripted-policies.js';

const call = (model: number): Step => ({ kind: 'call', model });
const keep = (answer: number): Step => ({ kind: 'stop', answer });

/** Tries lab/a first and goes on to lab/b where it failed or was not trusted. */
const tryBoth: Policy = {
  ...scripted([]),
  models: ['lab/b', 'lab/a'],
  needs: { domain: false, answers: true },
  decide({ calls }) {
    const last = calls.at(-1);
    const step: Step =
      last === undefined
        ? call(1)
        : calls.length === 2
          ? keep(1)
          : last.failed
            ? call(0)
            : last.confidence === null
              ? { kind: 'consult' }
              : last.confidence < 0.5
                ? call(0)
                : keep(0);
    return { step, propensity: 1, reasons: [] };
  },
  verify: (_, __, text) => (text === 'good' ? 0.9 : 0.1),
};

describe('replay', () => {
  it('adds up every call within its trial, averages trials, and maps models by name', () => {
    const matrix = matrixOf(
      ['lab/a', 'lab/b'],
      [
        [
          [
            { text: 'good', score: 1, cost: 1, latency: 5 },
            { text: 'bad', score: 0, cost: 2, latency: 5 },
          ],
          [
            { score: 0.25, cost: 10, latency: 100 },
            { score: 0.5, cost: 20, latency: 100 },
          ],
        ],
        [
          [
            { state: CELL.failed, text: null, cost: 4 },
            { text: 'good', score: 0.75, cost: 2 },
          ],
          [{ state: CELL.failed, text: null, cost: 6 }, { score: 1 }],
        ],
      ],
    );
    const features = [featuresOf('p'), featuresOf('q')];
    const result = replay(tryBoth, { matrix, features, rows: Int32Array.of(1, 0) }, createRng(1));
    expect([...result.quality]).toEqual([(0 + 0.75) / 2, (1 + 0.5) / 2]);
    expect([...result.cost]).toEqual([(4 + 6 + 2) / 2, (1 + 2 + 20) / 2]);
    expect([...result.latency]).toEqual([(10 + 10 + 10) / 2, (5 + 5 + 100) / 2]);
    expect([...result.answeredBy]).toEqual([1, 0, 0, 1]);
  });

  it('never turns a cell that was not measured into a number', () => {
    const missing = { state: CELL.missing, score: Number.NaN, cost: Number.NaN };
    const matrix = matrixOf(['lab/a', 'lab/b'], [[[missing], [{ score: 1 }]]]);
    const data = { matrix, features: [featuresOf('p')], rows: Int32Array.of(0) };
    const result = replay(scripted([call(0), keep(0)]), data, createRng(1));
    expect(result.quality[0]).toBeNaN();
    expect(result.cost[0]).toBeNaN();
  });

  it('charges a signal once a prompt, in dollars only, and tells of episodes', () => {
    const matrix = matrixOf(
      ['lab/a', 'lab/b'],
      [
        [
          [{ cost: 1 }, { cost: 3 }],
          [{}, {}],
        ],
      ],
    );
    const needs = { domain: false, answers: false, signals: ['embedding:x'] };
    const policy = scripted([call(0), keep(0)], { needs });
    const signal = { values: Float32Array.of(1), cost: 0.5, latency: 7 };
    const features = [{ ...featuresOf('p'), signals: { 'embedding:x': signal } }];
    const rows = Int32Array.of(0);
    const heard: string[] = [];
    const result = replay(
      policy,
      { matrix, features, rows },
      createRng(1),
      (at, trial, calls, answer) =>
        heard.push(`${at}/${trial}: ${calls.length} calls, kept ${answer}`),
    );
    expect([...result.cost]).toEqual([2.5]);
    expect([...result.latency]).toEqual([17]);
    expect(heard).toEqual(['0/0: 1 calls, kept 0', '0/1: 1 calls, kept 0']);
    const shares = { ...matrix, costBasis: 'call_share' as const };
    const inShares = replay(policy, { matrix: shares, features, rows }, createRng(1));
    expect([...inShares.cost]).toEqual([2]);
    expect(unmetNeed(policy, { matrix, features: [featuresOf('p')], rows })).toBe(
      'it needs the signal "embedding:x", and 1 of 1 prompts lack it',
    );
  });

  it('asks a policy that chooses for its model, as episodes would', () => {
    const cells = (score: number) => [
      { score, cost: 1, latency: 3 },
      { score: 0.5, cost: 2, latency: 4 },
    ];
    const matrix = matrixOf(['lab/a', 'lab/b'], [[cells(0), cells(1)]]);
    const data = { matrix, features: [featuresOf('p')], rows: Int32Array.of(0) };
    const models = ['lab/b', 'lab/a'];
    const stepped = scripted([call(0), keep(0)], { models });
    const decide = (): never => {
      throw new Error('asked for a step');
    };
    const chosen = scripted([], { models, decide, choose: () => 0 });
    expect(replay(chosen, data, createRng(1))).toEqual(replay(stepped, data, createRng(1)));
    expect(() => replay(scripted([], { choose: () => 2 }), data, createRng(1))).toThrow(
      'call model 2 of 2',
    );
  });

  it('replays policies together as each alone, draws included', () => {
    const row = [
      [{ cost: 1 }, { cost: 2 }],
      [{ cost: 5 }, { cost: 9 }],
    ];
    const matrix = matrixOf(['lab/a', 'lab/b'], [row, row, row]);
    const features = ['p', 'q', 'r'].map((text) => featuresOf(text));
    const data = { matrix, features, rows: Int32Array.of(2, 0, 1) };
    const drawing = (id: string): Policy => ({
      ...scripted([]),
      id,
      decide: ({ calls }, _, rng) => ({
        step: calls.length === 0 ? call(rng.below(2)) : keep(0),
        propensity: 0.5,
        reasons: [],
      }),
    });
    const policies = [drawing('one'), drawing('two'), tryBoth, scripted([], { choose: () => 1 })];
    const rngOf = ({ id }: Policy) => createRng('replay', id);
    const together = replayAll(policies, data, rngOf);
    expect(together).toEqual(policies.map((policy) => replay(policy, data, rngOf(policy))));
    expect(together[0]).not.toEqual(together[1]);
  });

  it('says what a policy needs and the data lacks', () => {
    const matrix = matrixOf(['lab/a', 'lab/b'], [[[{ text: null }], [{ text: 'x' }]]]);
    const data = { matrix, features: [featuresOf('p')], rows: Int32Array.of(0) };
    expect(unmetNeed(tryBoth, data)).toBe(
      'it reads answers, and only 1 of 2 have their text stored',
    );
    const byDomain = scripted([], { needs: { domain: true, answers: false } });
    expect(unmetNeed(byDomain, data)).toBe('it needs a domain, and 1 of 1 prompts have none');
    const elsewhere = scripted([], { models: ['lab/c'] });
    expect(unmetNeed(elsewhere, data)).toBe('it calls lab/c, which was not measured');
    expect(() => replay(elsewhere, data, createRng(1))).toThrow(UserError);
    expect(unmetNeed(scripted([]), data)).toBeNull();
  });
});
