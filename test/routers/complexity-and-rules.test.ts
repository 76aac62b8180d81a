import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../src/features/index.js';
import {
  ComplexityClassifier,
  DEFAULT_COMPLEXITY_MODEL,
  DEFAULT_RULES,
  ModelRouter,
  type RoutingRule,
  routingRuleSchema,
} from '../../src/routers/index.js';

const asks = (content: string, domain: string | null = null): Features =>
  extractFeatures({ messages: [{ role: 'user', content }], domain });

const GREETING = asks('Hello! What is the capital of France?');
const PROOF = asks(
  'Suppose n is an odd integer with 3 < n < 101. First derive the equation for the sum of its 4 divisors, then prove step by step that at least 2 of them must be prime, and explain why no other case is possible.',
);

describe('ComplexityClassifier', () => {
  const classifier = new ComplexityClassifier();

  it('orders a greeting, a question and a proof', () => {
    const question = asks('How do plants turn light into sugar, and which molecules take part?');
    const scores = [GREETING, question, PROOF].map((one) => classifier.classify(one).score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(classifier.classify(GREETING).complexity).toBe('simple');
    expect(classifier.classify(PROOF).complexity).toBe('reasoning');
  });

  it('adds up to its score from named signals', () => {
    const { score, signals } = classifier.classify(PROOF);
    const sum = signals.reduce((total, { contribution }) => total + contribution, 0);
    expect(score).toBeCloseTo(sum, 5);
    const steps = signals.find(({ name }) => name === 'steps')!;
    expect(steps.value).toBe(0.75);
    expect(steps.contribution).toBeCloseTo(0.075);
  });

  it('follows its weights, which are data', () => {
    const weights = { ...DEFAULT_COMPLEXITY_MODEL.weights, simple: 1, length: 0 };
    const upsideDown = new ComplexityClassifier({ ...DEFAULT_COMPLEXITY_MODEL, weights });
    expect(upsideDown.classify(GREETING).score).toBeGreaterThan(0.9);
  });

  it('stays in [0, 1] and linear on a megabyte of one letter', () => {
    const hostile = asks('a'.repeat(1_000_000));
    const { score } = classifier.classify(hostile);
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(1);
  });
});

describe('ModelRouter', () => {
  const tiers = { economy: 'lab/small', standard: 'lab/medium', premium: 'lab/large' };
  const rule = (partial: Record<string, unknown>): RoutingRule =>
    routingRuleSchema.parse({ name: 'r', use: { model: 'lab/chosen' }, ...partial });
  const matches = (when: RoutingRule['when'], features: Features, dial = 0.5): boolean =>
    new ModelRouter([rule({ when })], tiers).route(features, dial).rule !== null;

  it('tries rules by priority and falls back to the economy tier', () => {
    const router = new ModelRouter(
      [
        rule({ name: 'low', priority: 1, use: { tier: 'premium' } }),
        rule({ name: 'high', priority: 2, when: { keywords_any: ['hello'] } }),
      ],
      tiers,
    );
    expect(router.route(GREETING, 0)).toMatchObject({ model: 'lab/chosen', tier: null });
    expect(router.route(PROOF, 0)).toMatchObject({ model: 'lab/large', tier: 'premium' });
    expect(new ModelRouter([], tiers).route(PROOF, 0)).toEqual({
      model: 'lab/small',
      rule: null,
      tier: 'economy',
    });
  });

  it.each<[string, RoutingRule['when'], boolean]>([
    ['any keyword', { keywords_any: ['cat', 'Capital of'] }, true],
    ['a keyword inside a word', { keywords_any: ['hell'] }, false],
    ['all keywords', { keywords_all: ['hello', 'france'] }, true],
    ['not all keywords', { keywords_all: ['hello', 'spain'] }, false],
    ['a pattern in any case', { regex: '\\bcapital of [a-z]{1,20}\\?' }, true],
    ['a pattern that is not there', { regex: '^France' }, false],
    ['enough tokens', { min_tokens: 5 }, true],
    ['too few tokens', { min_tokens: 500 }, false],
    ['too many tokens', { max_tokens: 5 }, false],
    ['the domain', { domain: 'geography' }, true],
    ['another domain', { domain: 'history' }, false],
    ['no code', { has_code: false }, true],
    ['code', { has_code: true }, false],
    ['complexity', { min_complexity: 0.4 }, false],
    ['the dial', { over_dial: -0.5 }, true],
    ['the dial, not reached', { over_dial: 0 }, false],
    ['nothing', {}, true],
  ])('matches on %s', (_, when, expected) => {
    expect(matches(when, asks('Hello! What is the capital of France?', 'geography'))).toBe(
      expected,
    );
  });

  it('gives known-hard kinds a lower bar by default', () => {
    const router = new ModelRouter(DEFAULT_RULES, tiers);
    const code = asks('```\nx = [i for i in range(9)]\n```');
    const { score } = new ComplexityClassifier().classify(code);
    expect(router.route(code, score + 0.05).rule?.name).toBe('code');
    expect(router.route(PROOF, 0).rule?.name).toBe('reasoning-words');
    expect(router.route(GREETING, 2).model).toBe('lab/small');
  });

  it.each(['(a|b)*c', '(x{1,9}){1,9}', '('])('refuses the pattern %s', (regex) => {
    expect(
      routingRuleSchema.safeParse({ name: 'r', when: { regex }, use: { tier: 'premium' } }),
    ).toMatchObject({
      success: false,
    });
  });
});
