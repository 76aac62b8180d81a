import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importOutcomes } from '../../src/outcomes/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from '../datasets/files.js';

const reader = createTableReader();
const folder = temporaryFolder();
const read = (name: string, content: string) =>
  importOutcomes('outcomes', folder.write(name, content), { reader });
const problemsOf = (name: string, content: string) =>
  problemLines(read(name, content), folder.path);
const header = 'prompt_id,prompt,model,score,cost_usd';

const full = [
  {
    prompt_id: 'p1',
    prompt: 'Hi',
    model: 'org/a',
    score: 0.5,
    cost_usd: 0.000_001_5,
    input_tokens: 10,
    output_tokens: 3,
    latency_ms: 12.5,
    response: 'Ho',
    domain: 'd',
    group: 'g',
    split: 'test',
    trial: 1,
  },
  { prompt_id: 'p1', model: 'org/a', score: 1, cost_usd: null, trial: 2, input_tokens: 4 },
  { prompt_id: 'p1', model: 'b', score: null, cost_usd: 0 },
];
const columns = Object.keys(full[0]!);
const asCsv = [
  columns.join(','),
  ...full.map((row) => columns.map((name) => Reflect.get(row, name) ?? '').join(',')),
].join('\n');

describe('the long format', () => {
  test('JSON Lines and CSV give the same run; unknown is null, never 0', async () => {
    const run = await read('a.jsonl', full.map((row) => JSON.stringify(row)).join('\n'));
    expect(run.prompts).toEqual([
      {
        id: 'p1',
        messages: [{ role: 'user', content: 'Hi' }],
        reference: null,
        grader: null,
        domain: 'd',
        group: 'g',
        difficulty: null,
        split: 'test',
        metadata: {},
      },
    ]);
    expect(run.cells).toEqual([
      {
        promptId: 'p1',
        model: 'org/a',
        trial: 1,
        score: 0.5,
        unscored: null,
        cost: 1500,
        text: 'Ho',
        usage: { input: 10, cachedInput: 0, cacheWrite: 0, output: 3, reasoning: 0 },
        latencyMs: 12.5,
        rationale: null,
      },
      expect.objectContaining({ trial: 2, score: 1, cost: null, usage: null, latencyMs: null }),
      expect.objectContaining({
        model: 'b',
        trial: 1,
        score: null,
        unscored: 'the data has no score for this answer',
        cost: 0,
      }),
    ]);
    expect(run.notes).toEqual([
      '1 outcomes have only one of input_tokens and output_tokens; left out',
      '1 of 3 outcomes have no score; they are unscored, not wrong',
      '1 of 3 outcomes have no cost; it is unknown, not 0',
    ]);
    const { source, ...rest } = await read('a.csv', asCsv);
    expect(rest).toEqual({ ...run, source: undefined });
    expect(source).toEqual({
      format: 'outcomes',
      path: join(folder.path, 'a.csv'),
      decontaminate: false,
    });
  });

  test('without any cost the basis is the share of calls', async () => {
    const run = await read('a.csv', `${header}\np,Hi,a,1,\np,Hi,b,0,\n`);
    expect(run.costBasis).toBe('call_share');
  });

  test('contradictions, duplicates and values out of range are placed by line', async () => {
    expect(
      await problemsOf(
        'a.csv',
        `${header},trial,domain\np,Hi,a,1,0,,x\np,Ho,b,1,0,,y\np,Hi,a,1,0,1,\nq,Hi,a,85,-0.1,0,\n,Hi,a,1,0,,\nq,Hi,,1,0,,\nr,,a,1,0,,\n`,
      ),
    ).toEqual([
      'a.csv:3: "prompt" of prompt "p" is "Ho", but "Hi" on line 2; one prompt_id stands for one prompt',
      'a.csv:3: "domain" of prompt "p" is "y", but "x" on line 2; one prompt_id stands for one prompt',
      'a.csv:4: a second outcome of "a" on "p", trial 1; the first is on line 2. Number repeated answers with the column "trial"',
      'a.csv:5: "trial" must be an integer of at least 1, got "0"',
      'a.csv:5: "score" must be from 0 to 1, got 85; rescale it first, (score − lowest) ÷ (highest − lowest) of its scale',
      'a.csv:5: "cost_usd" must be US dollars, at least 0, got "-0.1"',
      'a.csv:6: "prompt_id" must be a text that is not empty, got null',
      'a.csv:7: "model" must be a text that is not empty, got null',
      'a.csv:8: no row of prompt "r" has its "prompt"',
    ]);
  });

  test('columns: unknown ones, missing ones, and a file of none', async () => {
    expect(
      await problemsOf('a.csv', 'prompt_id,prompt,model,scores,cost_usd\n1,2,3,4,5\n'),
    ).toEqual([
      expect.stringMatching(
        /^a\.csv:1: unknown column "scores" \(did you mean "score"\?\); known are/,
      ),
    ]);
    expect(
      await problemsOf('a.jsonl', '{"prompt_id":"p","prompt":"Hi","model":"a","score":1}'),
    ).toEqual(['a.jsonl: has no key "cost_usd"; leave its cells empty where the cost is unknown']);
    expect(await problemsOf('a.csv', `${header}\n`)).toEqual([
      'a.csv: has no rows; expected one a prompt, model and trial',
    ]);
    expect(await problemsOf('a.txt', 'x')).toEqual([
      'a.txt: unknown extension ".txt"; expected .jsonl, .ndjson, .csv or .parquet',
    ]);
  });
});
