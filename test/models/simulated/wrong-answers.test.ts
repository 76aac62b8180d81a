import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graders } from '../../../src/judges/index.js';
import {
  type AnswerKeyEntry,
  createAnswerKey,
  createSimulatedModel,
} from '../../../src/models/simulated/index.js';

/** An entry so hard, and one so easy, that every model is wrong, or right, about it. */
const entry = (change: Partial<AnswerKeyEntry>, difficulty: number): AnswerKeyEntry => ({
  reference: '',
  grader: { name: 'exact', options: {} },
  domain: 'any',
  difficulty,
  distractors: [],
  ...change,
});

const messages = [{ role: 'user' as const, content: 'the question' }];

async function score(about: AnswerKeyEntry, seed: number, others: readonly AnswerKeyEntry[] = []) {
  const answerKey = createAnswerKey([
    { messages, ...about },
    ...others.map((other, index) => ({
      messages: [{ role: 'user' as const, content: `another ${index}` }],
      ...other,
    })),
  ]);
  const { text } = await createSimulatedModel('simulated/large', { answerKey, seed }).attempt(
    { messages, parameters: { maxTokens: 1000 }, trial: 1 },
    new AbortController().signal,
  );
  const { name, options } = about.grader;
  return { text, score: graders.get(name)!.grade(text, about.reference, options)?.score };
}

/** Far outside 0 … 1, where chance plays no part. */
const HOPELESS = 20;
const TRIVIAL = -20;

const seeds = fc.integer({ min: 0, max: 1e6 });

describe('simulated answers', () => {
  it('to numbers are right or wrong beyond the tolerance', async () => {
    const references = fc.oneof(
      fc.integer().map(String),
      fc.integer({ min: 1, max: 99_999 }).map((cents) => (cents / 100).toFixed(2)),
      fc.constantFrom('1,200', '$45', '12 km', '1,234,567', '30%'),
    );
    const tolerances = fc.constantFrom({}, { tolerance: 3 }, { relative_tolerance: 0.05 });
    await fc.assert(
      fc.asyncProperty(references, tolerances, seeds, async (reference, options, seed) => {
        const grader = { name: 'number', options };
        const right = await score(entry({ reference, grader }, TRIVIAL), seed);
        expect(right).toMatchObject({ score: 1 });
        const wrong = await score(entry({ reference, grader }, HOPELESS), seed);
        expect(wrong).toMatchObject({ score: 0 });
      }),
      { numRuns: 300 },
    );
  });

  it('to JSON have every field, or all but one', async () => {
    const value = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.stringMatching(/^[a-z]{1,8}( [a-z0-9]{1,8}){0,2}$/),
      fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 3 }),
      fc.constant(null),
    );
    const field = fc.stringMatching(/^[a-z]{1,6}$/);
    const objects = fc.dictionary(field, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(objects, seeds, async (object, seed) => {
        const reference = JSON.stringify(object, null, 2);
        const grader = { name: 'json', options: {} };
        expect(await score(entry({ reference, grader }, TRIVIAL), seed)).toMatchObject({
          score: 1,
        });
        const wrong = await score(entry({ reference, grader }, HOPELESS), seed);
        const fields = Object.keys(object).length;
        expect(wrong.score).toBeCloseTo((fields - 1) / fields, 9);
      }),
    );
  });

  it('to choices pick the label, or another one', async () => {
    const labels = fc.constantFrom(
      ['A', 'B', 'C', 'D'],
      ['positive', 'negative', 'neutral'],
      ['request', 'clear', 'doubt'],
    );
    await fc.assert(
      fc.asyncProperty(labels, fc.nat(2), seeds, async (list, which, seed) => {
        const about = {
          reference: list[which]!,
          grader: { name: 'choice', options: { labels: list } },
        };
        expect(await score(entry(about, TRIVIAL), seed)).toMatchObject({ score: 1 });
        const guessed = await score(entry(about, HOPELESS), seed);
        expect(list.some((label) => guessed.text.includes(label))).toBe(true);
      }),
    );
  });

  it('use distractors, but none that the grader would accept', async () => {
    const about = {
      reference: 'Ireland',
      distractors: ['Northern Ireland', 'ireland', 'Éire', 'Scotland'],
      grader: { name: 'includes', options: { any: ['Éire'] } },
    };
    for (let seed = 0; seed < 20; seed++) {
      const wrong = await score(entry(about, HOPELESS), seed);
      expect(wrong.text).toContain('Scotland');
      expect(wrong.score).toBe(0);
    }
  });

  it('borrow references of the same kind of work where there are no distractors', async () => {
    const others = ['Oslo', 'Rome', 'Lima'].map((reference) => entry({ reference }, 0.5));
    const elsewhere = entry({ reference: 'seven', domain: 'other' }, 0.5);
    const about = entry({ reference: 'Paris' }, HOPELESS);
    const texts = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      texts.add((await score(about, seed, [...others, elsewhere])).text);
    }
    expect(texts).toEqual(new Set(['Oslo', 'Rome', 'Lima']));
  });

  it('leave no prose around what a bound pattern must match whole', async () => {
    const grader = { name: 'regex', options: { pattern: '^ab{1,5}$' } };
    const about = entry({ reference: 'abbb', distractors: ['aab'], grader }, TRIVIAL);
    expect(await score(about, 1)).toEqual({ text: 'abbb', score: 1 });
  });
});
