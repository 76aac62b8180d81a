import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createGraderJudge,
  createRecordedJudge,
  graderProblem,
  graders,
  validateGrader,
} from '../../src/judges/index.js';
import { promptWith } from './prompts.js';

const signal = new AbortController().signal;

async function verdictOn(
  name: string,
  answer: string,
  reference: string | null,
  options: Record<string, unknown> = {},
) {
  const prompt = promptWith({ reference, grader: { name, options } });
  return createGraderJudge().judge({ prompt, answer, recordedScore: null }, signal);
}

type Case = readonly [
  answer: string,
  reference: string | null,
  score: number,
  options?: Record<string, unknown>,
];

const cases: Readonly<Record<string, readonly Case[]>> = {
  exact: [
    ['Paris', 'paris', 1],
    [' "Paris". ', 'Paris', 1],
    ['**Paris**', 'Paris', 1],
    ['Ｐａｒｉｓ', 'Paris', 1],
    ['caf\u0065\u0301', 'café', 1],
    ['new  \n york', 'New York', 1],
    ['Paris, France', 'Paris', 0],
    ['paris', 'Paris', 0, { ignore_case: false }],
    ['Paris.', 'Paris', 0, { trim_punctuation: false }],
    ['-5', '5', 0],
    ['...', '...', 1],
    ['lutetia', 'Paris', 1, { any: ['Lutetia'] }],
    ['lutetia', null, 1, { any: ['Lutetia'] }],
  ],
  includes: [
    ['The capital is Paris.', 'paris', 1],
    ['comparison', 'paris', 0],
    ['comparison', 'paris', 1, { whole_words: false }],
    ['It holds 12 apples', '12', 1],
    ['It holds 112 apples', '12', 0],
    ['It holds 3.12 apples', '12', 0],
    ['It holds 12,500 apples', '12', 0],
    ['It holds 12, maybe more', '12', 1],
    ['It is x.', 'x', 1],
    ['答えは東京です', '東京', 1],
    ['Éclair', 'clair', 0],
    ['PARIS', 'paris', 0, { ignore_case: false }],
    ['in Lutetia', 'Paris', 1, { any: ['lutetia'] }],
    ['parisparis paris', 'paris', 1],
  ],
  regex: [
    ['order #1234 shipped', null, 1, { pattern: '#\\d{4}\\b' }],
    ['order #12 shipped', null, 0, { pattern: '#\\d{4}\\b' }],
    ['YES', null, 1, { pattern: '^(?:yes|no)$', ignore_case: true }],
    ['1.50', null, 1, { pattern: '\\d{1,3}(?:\\.\\d{2})?' }],
  ],
  number: [
    ['84', '84', 1],
    ['The total is 1,234.5 dollars', '1234.5', 1],
    ['$1,234.50', '1234.5', 1],
    ['-3', '-3', 1],
    ['−3', '-3', 1],
    ['-3', '3', 0],
    ['-$3', '-3', 1],
    ['5-3', '3', 1],
    ['1.5e3', '1500', 1],
    ['3 × 10^4', '30000', 1],
    ['2.5 \\times 10^{-2}', '0.025', 1],
    ['3/4', '0.75', 1],
    ['1 3/4 cups', '1.75', 1],
    ['\\frac{3}{4}', '0.75', 1],
    ['0.75', '3/4', 1],
    ['2 million', '2000000', 1],
    ['25%', '25', 1],
    ['25%', '0.25', 1],
    ['0.25', '25%', 1],
    ['0.25%', '25%', 0],
    ['25 percent', '25%', 1],
    ['.5', '0.5', 1],
    ['12 + 5 = 17', '17', 1],
    ['12 + 5 = 17 apples for 3 people', '17', 1],
    ['She had 15 = 3 * 5.\nIn the end 12 are left.', '12', 1],
    ['#### 42\nChecked against 7.', '42', 1],
    ['The answer is 42, and 7 was a distraction', '42', 1],
    ['The answer is 5. No: the answer is 6 (see step 2)', '6', 1],
    ['**Answer:** 12 (of 20)', '12', 1],
    ['so \\boxed{12} after 3 steps', '12', 1],
    ['The answer is: unclear', '5', 0],
    ['GPT-4 says x2', '4', 0],
    ['on 3/4/2024', '2024', 0],
    ['I do not know', '5', 0],
    ['3.1', '3.14', 0],
    ['3.1', '3.14', 1, { tolerance: 0.05 }],
    ['102', '100', 1, { relative_tolerance: 0.02 }],
    ['103', '100', 0, { relative_tolerance: 0.02 }],
    ['1.1', '1.0', 1, { tolerance: 0.1 }],
    ['0.30000000000000004', '0.3', 1],
    ['1, 2, 3', '3', 1],
  ],
  choice: [
    ['B', 'B', 1],
    ['b', 'B', 1],
    ['(B)', 'B', 1],
    ['B.', 'B', 1],
    ['B) Paris', 'B', 1],
    ['Answer: B', 'B', 1],
    ['answer: b', 'B', 1],
    ['The answer is (B), because A is wrong', 'B', 1],
    ['The answer is A because it fits', 'A', 1],
    ['A) x\nB) y\nAnswer: B', 'B', 1],
    ['Answer: A. Wait. Answer: C', 'C', 1],
    ['I would pick **C**.', 'C', 1],
    ['I think that B fits best', 'B', 1],
    ['A is correct', 'A', 1],
    ['A dog barks', 'A', 0],
    ['I think so', 'I', 0],
    ['A) x\nB) y', 'B', 0],
    ['Either B or C', 'B', 0],
    ['I do not know', 'B', 0],
    ['\\boxed{D}', 'D', 1],
    ['positive', 'positive', 1, { labels: ['positive', 'negative'] }],
    ['The review is clearly Negative.', 'negative', 1, { labels: ['positive', 'negative'] }],
    ['positive and negative', 'negative', 0, { labels: ['positive', 'negative'] }],
    ['very good', 'very good', 1, { labels: ['good', 'very good'] }],
    ['It is very good.', 'good', 0, { labels: ['good', 'very good'] }],
    ['Label: refund', 'refund', 1, { labels: ['refund', 'exchange'] }],
  ],
  json: [
    ['{"a": 1, "b": "x"}', '{"a": 1, "b": "x"}', 1],
    ['{"b": "X ", "a": 1.0, "c": 3}', '{"a": 1, "b": "x"}', 1],
    ['```json\n{"a": 1, "b": "y"}\n```', '{"a": 1, "b": "x"}', 0.5],
    ['Sure {not json} here: {"a": 1}', '{"a": 1}', 1],
    ['{"a": "1"}', '{"a": 1}', 0],
    ['{"a": [1, 2]}', '{"a": [2, 1]}', 0],
    ['{"a": [1, 2]}', '{"a": [2, 1]}', 1, { ignore_order: true }],
    ['{"a": {"b": "}"}}', '{"a": {"b": "}"}}', 1],
    ['{"a": 1.05, "b": 9}', '{"a": 1, "b": 2}', 1, { tolerance: 0.1, fields: ['a'] }],
    ['{"a": null}', '{"a": null}', 1],
    ['{}', '{"a": null}', 0],
    ['{"a": 1', '{"a": 1}', 0],
    ['[1]', '{"a": 1}', 0],
  ],
};

for (const [name, table] of Object.entries(cases)) {
  describe(`grader ${name}`, () => {
    it.each(table.map((one) => ({ one })))('scores as told: $one', async ({ one }) => {
      const [answer, reference, score, options] = one;
      expect(await verdictOn(name, answer, reference, options)).toMatchObject({
        score,
        unscored: null,
      });
    });

    it('scores an empty answer 0, with the reason', async () => {
      const [, reference, , options] = table[0]!;
      expect(await verdictOn(name, ' \n', reference, options)).toMatchObject({
        score: 0,
        rationale: 'the answer is empty',
      });
    });
  });
}

describe('all graders', () => {
  it('have a case table', () => {
    expect(Object.keys(cases).sort()).toEqual([...graders.keys()].sort());
  });

  it('give a score in [0, 1] or no score for any answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(cases)),
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        async (name, answer) => {
          const [, reference, , options] = cases[name]![0]!;
          const { score } = await verdictOn(name, answer, reference, options);
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('read back any number that is written out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
        async (value) => {
          expect((await verdictOn('number', `It is ${value}.`, String(value))).score).toBe(1);
        },
      ),
    );
  });

  it.each([
    ['number', '1'.repeat(200_000)],
    ['number', '1,'.repeat(100_000)],
    ['number', '1 '.repeat(100_000)],
    ['number', '= answer is '.repeat(20_000)],
    ['number', '1/'.repeat(100_000)],
    ['number', '= 1\n'.repeat(50_000)],
    ['choice', 'A '.repeat(100_000)],
    ['choice', 'answer is '.repeat(20_000)],
    ['choice', `answer ${' '.repeat(200_000)}`],
    ['choice', '('.repeat(200_000)],
    ['json', '{'.repeat(200_000)],
    ['json', '{"a":'.repeat(100_000)],
    ['json', '{}'.repeat(100_000)],
    ['exact', '"'.repeat(200_000)],
    ['exact', ' '.repeat(200_000)],
    ['includes', '"'.repeat(200_000)],
  ])('take linear time on hostile text: %s', async (name, answer) => {
    const [, reference, , options] = cases[name]![0]!;
    expect(await verdictOn(name, answer, reference, options)).toBeDefined();
  });
});

describe('a prompt that cannot be graded', () => {
  const problems: readonly (readonly [string, Parameters<typeof promptWith>[0], string])[] = [
    ['names no grader', {}, 'it names no grader'],
    [
      'names an unknown grader',
      { grader: { name: 'numbr', options: {} } },
      'unknown grader "numbr", expected exact, includes, regex, number, choice, json (did you mean "number"?)',
    ],
    [
      'has an unknown option',
      { grader: { name: 'number', options: { tolerence: 1 } }, reference: '4' },
      'grader "number": unknown option "tolerence", expected tolerance, relative_tolerance (did you mean "tolerance"?)',
    ],
    [
      'has an option out of range',
      { grader: { name: 'number', options: { tolerance: -1 } }, reference: '4' },
      'grader "number": option "tolerance": expected the difference allowed, a number from 0',
    ],
    [
      'lacks a reference',
      { grader: { name: 'exact', options: {} } },
      'grader "exact": it has no "reference" to grade by',
    ],
    [
      'has a reference that is no number',
      { grader: { name: 'number', options: {} }, reference: 'four' },
      'grader "number": its "reference" is not one number',
    ],
    [
      'has a reference that is no label',
      { grader: { name: 'choice', options: { labels: ['yes', 'no'] } }, reference: 'yess' },
      'grader "choice": its "reference" "yess" is none of the labels yes, no (did you mean "yes"?)',
    ],
    [
      'has a reference that is no object',
      { grader: { name: 'json', options: {} }, reference: '[1]' },
      'grader "json": its "reference" is not a JSON object',
    ],
    [
      'has no pattern',
      { grader: { name: 'regex', options: {} } },
      'grader "regex": option "pattern": expected a regular expression',
    ],
    [
      'has an unbounded pattern',
      { grader: { name: 'regex', options: { pattern: '(a+)+' } } },
      'grader "regex": option "pattern": "+" has no upper bound: write {0,50} or the like',
    ],
  ];

  it.each(problems)('%s: is told before a run and unscored in one', async (_, members, problem) => {
    const prompt = promptWith(members);
    expect(graderProblem(prompt)).toBe(problem);
    const verdict = await createGraderJudge().judge(
      { prompt, answer: '4', recordedScore: 1 },
      signal,
    );
    expect(verdict).toEqual({ score: null, unscored: problem, rationale: null, usage: [] });
  });

  it('is one whose answer is longer than the grader takes', async () => {
    const verdict = await verdictOn('regex', 'a'.repeat(30_001), null, { pattern: 'b' });
    expect(verdict.unscored).toBe('the answer is longer than grader "regex" takes');
  });

  it('is not one that has all it needs', () => {
    expect(validateGrader({ name: 'choice', options: {} })).toBeNull();
    expect(
      graderProblem(promptWith({ grader: { name: 'choice', options: {} }, reference: 'B' })),
    ).toBeNull();
  });
});

describe('judge recorded', () => {
  it('returns the stored score, and never invents one', async () => {
    const judge = createRecordedJudge();
    const input = { prompt: promptWith({}), answer: '' };
    expect((await judge.judge({ ...input, recordedScore: 0.25 }, signal)).score).toBe(0.25);
    expect(await judge.judge({ ...input, recordedScore: null }, signal)).toMatchObject({
      score: null,
      unscored: 'no score is recorded with this answer',
    });
  });
});
