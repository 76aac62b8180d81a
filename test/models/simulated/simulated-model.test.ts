import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceUsage } from '../../../src/costs/index.js';
import { graders } from '../../../src/judges/index.js';
import type { ModelRequest } from '../../../src/models/index.js';
import {
  chanceOfRight,
  createAnswerKey,
  createSimulatedModel,
  SIMULATED_MODELS,
} from '../../../src/models/simulated/index.js';
import { balancedSet, DOMAINS, type KeyedPrompt } from './balanced-set.js';

const CANDIDATES = ['simulated/small', 'simulated/medium', 'simulated/large'] as const;
const prompts = balancedSet();
const answerKey = createAnswerKey(prompts);

const request = (prompt: KeyedPrompt, change: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: prompt.messages,
  parameters: { maxTokens: 500, temperature: 0 },
  trial: 1,
  ...change,
});

async function ask(model: string, seed: number, asked: ModelRequest) {
  const answer = await createSimulatedModel(model, { answerKey, seed }).attempt(
    asked,
    new AbortController().signal,
  );
  return { ...answer, usage: answer.usage! };
}

function isRight(prompt: KeyedPrompt, text: string): boolean {
  const grade = graders
    .get(prompt.grader.name)!
    .grade(text, prompt.reference, prompt.grader.options);
  return grade?.score === 1;
}

interface Answered {
  readonly prompt: KeyedPrompt;
  readonly model: (typeof CANDIDATES)[number];
  readonly text: string;
  readonly right: boolean;
  readonly cost: number;
}

async function answerAll(seed: number): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  for (const model of CANDIDATES) {
    const { pricing } = createSimulatedModel(model, { answerKey, seed });
    for (const prompt of prompts) {
      const { text, usage } = await ask(model, seed, request(prompt));
      const cost = priceUsage(usage, pricing!);
      answers.push({ prompt, model, text, right: isRight(prompt, text), cost });
    }
  }
  return answers;
}

const share = (answers: readonly Answered[]): number =>
  answers.filter(({ right }) => right).length / answers.length;
const cost = (answers: readonly Answered[]): number =>
  answers.reduce((total, answer) => total + answer.cost, 0);

describe('the item response model', () => {
  it('is even where ability meets difficulty, and falls to the floor of guessing', () => {
    expect(chanceOfRight(0, 0.5)).toBe(0.5);
    expect(chanceOfRight(-20, 0.5, 0.25)).toBeCloseTo(0.25, 9);
    expect(chanceOfRight(1, 0.5)).toBeCloseTo(1 / (1 + Math.exp(-1.7)), 12);
  });

  it('rises with ability and falls with difficulty', () => {
    const ability = fc.double({ min: -4, max: 4, noNaN: true });
    const unit = fc.double({ min: 0, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(ability, unit, unit, (theta, difficulty, guess) => {
        const chance = chanceOfRight(theta, difficulty, guess);
        expect(chance).toBeGreaterThan(guess);
        expect(chance).toBeLessThan(1);
        expect(chanceOfRight(theta + 0.5, difficulty, guess)).toBeGreaterThan(chance);
        expect(chanceOfRight(theta, difficulty + 0.1, guess)).toBeLessThan(chance);
      }),
    );
  });
});

describe('the simulated family', () => {
  it('rewards routing by kind of work: each model is best at something, a lookup gains 10 points at a lower cost', async () => {
    const fitted = await answerAll(1);
    const reported = await answerAll(2);
    const bestOf = (domain: string): string =>
      CANDIDATES.reduce((best, model) => {
        const of = (name: string) =>
          share(fitted.filter((a) => a.model === name && a.prompt.domain === domain));
        return of(model) > of(best) ? model : best;
      });
    const table = Object.fromEntries(DOMAINS.map((domain) => [domain, bestOf(domain)]));
    expect(table).toEqual({
      arithmetic: 'simulated/large',
      facts: 'simulated/large',
      extraction: 'simulated/small',
      classification: 'simulated/small',
      summarising: 'simulated/medium',
      code: 'simulated/medium',
      reasoning: 'simulated/large',
      translation: 'simulated/medium',
    });
    const [small, medium, large] = CANDIDATES.map((model) =>
      reported.filter((answer) => answer.model === model),
    );
    expect(share(large!)).toBeGreaterThan(share(medium!) + 0.05);
    expect(share(medium!)).toBeGreaterThan(share(small!) + 0.05);
    const routed = reported.filter((answer) => table[answer.prompt.domain] === answer.model);
    expect(routed).toHaveLength(prompts.length);
    expect(share(routed)).toBeGreaterThan(share(large!) + 0.1);
    expect(cost(routed)).toBeLessThan(cost(large!) / 2);
  });

  it('gives right answers that every grader accepts and wrong ones that none does', async () => {
    const answers = await answerAll(3);
    for (const domain of DOMAINS) {
      const answered = answers.filter((answer) => answer.prompt.domain === domain);
      const expected = answered.reduce(
        (total, { prompt, model }) => total + expectedShare(prompt, model),
        0,
      );
      const right = answered.filter((answer) => answer.right).length;
      expect(Math.abs(right - expected), domain).toBeLessThan(4 * Math.sqrt(answered.length / 4));
    }
  });

  it('writes right and wrong alike but for a tone that tells a little', async () => {
    const prose = (await Promise.all([4, 5, 6].map(answerAll)))
      .flat()
      .filter(({ prompt }) => ['includes', 'number', 'choice'].includes(prompt.grader.name));
    const right = prose.filter((answer) => answer.right);
    const wrong = prose.filter((answer) => !answer.right);
    for (const model of CANDIDATES) {
      const words = (answers: readonly Answered[]) => {
        const counts = answers
          .filter((answer) => answer.model === model)
          .map(({ text }) => text.split(' ').length);
        return counts.reduce((total, count) => total + count, 0) / counts.length;
      };
      expect(Math.abs(words(right) - words(wrong)), model).toBeLessThan(3.5);
    }
    const opening = ({ text }: Answered) => text.split('. ')[0]!;
    expect(new Set(right.map(opening))).toEqual(new Set(wrong.map(opening)));
    const hedges = /^(?:Hard|This might|As far|Probably)/;
    const certain = /^(?:This one|There is|This follows|Everything)/;
    const tone = ({ text }: Answered) => (hedges.test(text) ? 0 : certain.test(text) ? 2 : 1);
    const auc = areaUnderRoc(right.map(tone), wrong.map(tone));
    expect(auc).toBeGreaterThan(0.69);
    expect(auc).toBeLessThan(0.79);
  });

  it('answers a cell the same way each time, whatever the trial at temperature 0', async () => {
    const prompt = prompts[45]!;
    const warm = (trial: number) =>
      ask('simulated/small', 7, request(prompt, { trial, parameters: { maxTokens: 500 } }));
    expect(await warm(1)).toEqual(await warm(1));
    const texts = await Promise.all([1, 2, 3, 4, 5, 6].map(async (t) => (await warm(t)).text));
    expect(new Set(texts).size).toBeGreaterThan(1);
    const first = await ask('simulated/small', 7, request(prompt));
    expect(await ask('simulated/small', 7, request(prompt, { trial: 2 }))).toEqual(first);
    const seeds = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (s) => (await ask('simulated/small', s, request(prompt))).text),
    );
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  it('stops at the most tokens and at stop sequences', async () => {
    const prompt = prompts[0]!;
    const cut = await ask(
      'simulated/large',
      1,
      request(prompt, { parameters: { maxTokens: 3, temperature: 0 } }),
    );
    expect(cut.finishReason).toBe('length');
    expect(cut.usage.output).toBe(3);
    const stopped = await ask(
      'simulated/large',
      1,
      request(prompt, { parameters: { maxTokens: 500, temperature: 0, stop: ['answer'] } }),
    );
    expect(stopped.finishReason).toBe('stop');
    expect(stopped.text).not.toContain('answer');
  });

  it('finds a prompt behind a system prompt and says so where it has none', async () => {
    const prompt = prompts[0]!;
    const system = { role: 'system' as const, content: 'Be brief.' };
    const known = await ask(
      'simulated/large',
      1,
      request(prompt, { messages: [system, ...prompt.messages] }),
    );
    expect(known.text).toMatch(/answer is \d+\.$/);
    const unknown = await ask('simulated/large', 1, request(prompt, { messages: [system] }));
    expect(unknown.text).toContain('simulated');
  });

  it('labels itself and names the nearest model for a typing error', () => {
    for (const id of SIMULATED_MODELS) {
      const model = createSimulatedModel(id, { answerKey, seed: 1 });
      expect(model.id).toMatch(/^simulated\//);
      expect(model.origin).toBe('simulated');
      expect(model.pricing?.source).toBe('simulated');
    }
    expect(() => createSimulatedModel('simulated/smal', { answerKey, seed: 1 })).toThrow(
      'Unknown simulated model "simulated/smal" (did you mean "simulated/small"?)',
    );
  });

  it('fails as aborted when it is asked too late', async () => {
    const model = createSimulatedModel('simulated/small', { answerKey, seed: 1 });
    await expect(model.attempt(request(prompts[0]!), AbortSignal.abort())).rejects.toMatchObject({
      kind: 'aborted',
    });
  });

  it('counts input as it bills it', async () => {
    const model = createSimulatedModel('simulated/small', { answerKey, seed: 1 });
    const asked = request(prompts[3]!, {
      responseSchema: { name: 'x', schema: { type: 'object' } },
    });
    const { usage } = await ask('simulated/small', 1, asked);
    expect(usage.input).toBe(model.countInput(asked));
  });
});

/** The chance that the family's own table gives, over the labels where there are some to guess. */
function expectedShare(prompt: KeyedPrompt, model: (typeof CANDIDATES)[number]): number {
  const abilities: Readonly<Record<string, readonly [number, number, number]>> = {
    arithmetic: [-1, -0.8, 2.6],
    facts: [-0.8, -0.7, 2.4],
    extraction: [2.6, 0.2, 0.5],
    classification: [2.5, 0.2, 0.5],
    summarising: [-0.6, 2.4, 0.6],
    code: [-1, 2.5, 0.6],
    reasoning: [-1.4, -0.8, 2.5],
    translation: [-0.4, 2.5, 0.5],
  };
  const ability = abilities[prompt.domain]![CANDIDATES.indexOf(model)]!;
  return chanceOfRight(ability, prompt.difficulty, prompt.grader.name === 'choice' ? 0.25 : 0);
}

/** Chance that a right answer ranks above a wrong one, ties counting half (Mann & Whitney 1947). */
function areaUnderRoc(right: readonly number[], wrong: readonly number[]): number {
  let wins = 0;
  for (const r of right) for (const w of wrong) wins += r > w ? 1 : r === w ? 0.5 : 0;
  return wins / (right.length * wrong.length);
}
