import { describe, expect, it } from 'vitest';
import { answerKeyOf, shippedDataset } from '../../src/cli/answer-key.js';
import { type Prompt, readDataset } from '../../src/datasets/index.js';
import { createGraderJudge, graderProblem, graders } from '../../src/judges/index.js';
import { createSimulatedModel } from '../../src/models/index.js';
import { createTableReader } from '../../src/store/index.js';

const { prompts } = await readDataset(shippedDataset, { reader: createTableReader() });
const domains = [...new Set(prompts.map(({ domain }) => domain))];
const judge = createGraderJudge();
const { signal } = new AbortController();

async function scoreOf(prompt: Prompt, answer: string): Promise<number> {
  const { score, unscored } = await judge.judge({ prompt, answer, recordedScore: null }, signal);
  if (score === null) throw new Error(`${prompt.id}: ${unscored}`);
  return score;
}

const distractorsOf = ({ metadata }: Prompt): readonly string[] =>
  Array.isArray(metadata.distractors) ? metadata.distractors : [];

describe('the dataset that ships with the program', () => {
  it('covers eight kinds of work and every grader', () => {
    expect(prompts.length).toBeGreaterThanOrEqual(240);
    expect(domains).toHaveLength(8);
    for (const domain of domains) {
      const own = prompts.filter((prompt) => prompt.domain === domain);
      expect(own.length, String(domain)).toBeGreaterThanOrEqual(25);
    }
    expect(new Set(prompts.map(({ grader }) => grader?.name))).toEqual(new Set(graders.keys()));
  });

  it('says of every prompt how it is graded and how hard it is', () => {
    expect(new Set(prompts.map(({ id }) => id)).size).toBe(prompts.length);
    for (const prompt of prompts) {
      expect(prompt.reference, prompt.id).not.toBeNull();
      expect(prompt.domain, prompt.id).not.toBeNull();
      expect(prompt.difficulty, prompt.id).not.toBeNull();
      expect(graderProblem(prompt), prompt.id).toBeNull();
    }
  });

  it('grades references right and distractors wrong', async () => {
    for (const prompt of prompts) {
      expect(await scoreOf(prompt, prompt.reference!), prompt.id).toBe(1);
      expect(distractorsOf(prompt).length, prompt.id).toBeGreaterThanOrEqual(2);
      for (const distractor of distractorsOf(prompt)) {
        expect(await scoreOf(prompt, distractor), `${prompt.id}: ${distractor}`).toBeLessThan(1);
      }
    }
  });

  it('has no two prompts that are nearly the same', () => {
    const shingles = prompts.map(({ messages }) => shinglesOf(messages[0]!.content));
    const alike = shingles.flatMap((own, row) =>
      shingles
        .slice(0, row)
        .flatMap((other, earlier) =>
          jaccard(own, other) >= 0.4 ? [`${prompts[earlier]!.id} and ${prompts[row]!.id}`] : [],
        ),
    );
    expect(alike).toEqual([]);
  });
});

describe('the simulated models on it', () => {
  it('leave something to gain from looking up the best model by domain', async () => {
    const seen = await scoresByModel(1);
    const fresh = await scoresByModel(2);
    const rowsOf = (domain: string | null) =>
      prompts.flatMap((prompt, row) => (prompt.domain === domain ? [row] : []));
    const bestOf = new Map(domains.map((domain) => [domain, bestModel(seen, rowsOf(domain))]));
    const lookedUp = mean(prompts.map(({ domain }, row) => fresh.get(bestOf.get(domain)!)![row]!));
    const everywhere = prompts.map((_, row) => row);
    const single = meanOver(fresh.get(bestModel(fresh, everywhere))!, everywhere);

    expect(new Set(bestOf.values()).size).toBe(3);
    expect(lookedUp - single).toBeGreaterThan(0.1);
  });
});

async function scoresByModel(seed: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const answerKey = answerKeyOf(prompts);
  const scores = new Map<string, readonly number[]>();
  for (const id of ['simulated/small', 'simulated/medium', 'simulated/large']) {
    const model = createSimulatedModel(id, { answerKey, seed });
    const own: number[] = [];
    for (const prompt of prompts) {
      const { messages } = prompt;
      const request = { messages, parameters: { maxTokens: 1024 }, trial: 1 };
      own.push(await scoreOf(prompt, (await model.attempt(request, signal)).text));
    }
    scores.set(id, own);
  }
  return scores;
}

function bestModel(scores: ReadonlyMap<string, readonly number[]>, rows: readonly number[]) {
  const [first, ...others] = [...scores];
  return others.reduce(
    (best, next) => (meanOver(next[1], rows) > meanOver(best[1], rows) ? next : best),
    first!,
  )[0];
}

const meanOver = (scores: readonly number[], rows: readonly number[]): number =>
  mean(rows.map((row) => scores[row]!));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function shinglesOf(text: string): ReadonlySet<string> {
  const plain = text.toLowerCase().replace(/\s+/g, ' ');
  return new Set(Array.from({ length: plain.length }, (_, at) => plain.slice(at, at + 5)));
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const shingle of a) if (b.has(shingle)) shared++;
  return shared / (a.size + b.size - shared);
}
