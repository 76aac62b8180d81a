import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Io, main } from '../../src/cli/index.js';
import { createAnswerKey, type StandIn, startStandIn } from '../../src/models/index.js';
import { openStore } from '../../src/store/index.js';

/** The measuring verbs as a whole, against a stand-in server and on recorded outcomes. */

let folder: string;
let server: StandIn;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
  server = await startStandIn({ answerKey: createAnswerKey([]), seed: 1 });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string) => writeFileSync(join(folder, name), text);

async function switchyard(args: readonly string[], env: Io['env'] = {}) {
  const said = { out: '', err: '' };
  const code = await main([...args], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env,
    cwd: folder,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 120,
    now: () => new Date(),
    onInterrupt: () => () => {},
    exit: () => {},
    onCrash: () => {},
  });
  return { code, ...said };
}

const json = async (args: readonly string[], env: Io['env'] = {}) => {
  const { out } = await switchyard([...args, '--json', '--quiet'], env);
  return JSON.parse(out);
};

const prompts = (count: number, reference = '4') =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ id: `p${index}`, prompt: `${index} + 1?`, reference, grader: 'number' }),
  ).join('\n');

const experiment = (judge: string) => `name: sums
dataset: ./sums.jsonl
models: [{ id: local/small, base_url: "${server.url}/v1", price: { input: 1, output: 1 } }]
judges:
  - grader
  - { id: rubric, model: local/judge, base_url: "${server.url}/v1", price: { input: 1, output: 1 }${judge} }
max_concurrency: 2
`;

describe('run', () => {
  test('stops where the key of a judge is refused, before all answers are paid for', async () => {
    file('sums.jsonl', prompts(40));
    file('sums.yaml', experiment(', api_key_env: JUDGE_API_KEY'));
    const { code, err } = await switchyard(['run', 'sums.yaml', '-q'], { JUDGE_API_KEY: 'bad' });
    expect(code).toBe(1);
    expect(err).toMatch(/^switchyard: local\/judge, asked by the judge "rubric": .*401/);
    expect(server.account().attempts).toBeLessThan(20);
  });

  test('judges anew after a changed reference, and never mixes the old verdicts in', async () => {
    file('sums.jsonl', prompts(4));
    file('sums.yaml', experiment(''));
    const before = await json(['run', 'sums.yaml']);
    file('sums.jsonl', prompts(4, '5'));
    const after = await json(['run', 'sums.yaml']);
    expect(after.run).not.toBe(before.run);
    expect(after.cells).toMatchObject({ done: 4, reused: 4 });
    expect(after.spend_usd.candidate).toBe(0);
    expect(server.account().attempts).toBe(12);
  });

  test('names the run to compare by its id where its name stands for a later one', async () => {
    file('sums.jsonl', prompts(4));
    file('sums.yaml', experiment(''));
    const first = await json(['run', 'sums.yaml', '--limit', '2']);
    expect((await switchyard(['run', 'sums.yaml'])).err).toContain('Next: switchyard compare sums');
    const again = await switchyard(['run', 'sums.yaml', '--limit', '2']);
    expect(again.err).toContain(`Next: switchyard compare ${first.run}\n`);
  });

  test('fails with the reason where no answer got a score', async () => {
    file('sums.jsonl', prompts(3));
    file('sums.yaml', `${experiment('').replace('local/judge', 'local/none')}judge: rubric\n`);
    const { code, err, out } = await switchyard(['run', 'sums.yaml', '-q']);
    expect(code).toBe(1);
    expect(err).toContain('no answer got a score from the judge "rubric": judge call failed');
    expect(out).toContain('3 unscored');
    expect(out).toContain('no score from rubric in 3 of 3 verdicts (100.0 %)');
  });

  test('shows what recorded answers once cost as no spending', async () => {
    const outcomes = [0, 1, 2].map((index) =>
      JSON.stringify({
        prompt_id: `p${index}`,
        prompt: `${index}?`,
        model: 'm',
        score: 1,
        cost_usd: 2,
      }),
    );
    file('outcomes.jsonl', outcomes.join('\n'));
    file(
      'recorded.yaml',
      'name: recorded\ndataset: { import: outcomes, path: ./outcomes.jsonl }\nmodels: [recorded/*]\nbudget_usd: 1\n',
    );
    const { code, err } = await switchyard(['run', 'recorded.yaml']);
    expect(code).toBe(0);
    expect(err).toContain('3/3 cells');
    expect(err).not.toContain('$6');
    // What was not recorded stays unknown: no empty answers, no latency of 0.
    const store = await openStore(join(folder, 'results/switchyard.duckdb'));
    const [run] = await store.runs.listRuns();
    for (const outcome of await store.runs.readOutcomes(run!.id)) {
      expect(outcome).toMatchObject({ text: null, latencyMs: null, cost: 2_000_000_000 });
    }
    await store.close();
  });

  test('counts the models that recorded/* stands for', async () => {
    const outcomes = ['m', 'n'].map((model) =>
      JSON.stringify({ prompt_id: 'p', prompt: '?', model, score: 1, cost_usd: 2 }),
    );
    file('outcomes.jsonl', outcomes.join('\n'));
    file(
      'recorded.yaml',
      'name: recorded\ndataset: { import: outcomes, path: ./outcomes.jsonl }\nmodels: [recorded/*]\n',
    );
    expect(await json(['validate', 'recorded.yaml'])).toMatchObject({ models: 2, cells: 2 });
    const { out } = await switchyard(['validate', 'recorded.yaml']);
    expect(out).toContain('1 prompts × 2 models × 1 trial = 2 cells');
  });
});

describe('estimate', () => {
  test('counts the verdicts that are missing on answers that are not, and nothing when all are there', async () => {
    file('sums.jsonl', prompts(5));
    file('sums.yaml', experiment(''));
    const before = await json(['estimate', 'sums.yaml']);
    const { spend_usd } = await json(['run', 'sums.yaml']);
    expect(before.calls).toBe(10);
    expect(spend_usd.total).toBeLessThanOrEqual(before.cost_usd.worst);
    expect(await json(['estimate', 'sums.yaml'])).toMatchObject({ calls: 0, already_answered: 5 });
    file('sums.yaml', experiment(', repeats: 3'));
    const repeated = await json(['estimate', 'sums.yaml']);
    expect(repeated).toMatchObject({ calls: 10, already_answered: 5 });
    const actual = (await json(['run', 'sums.yaml'])).spend_usd;
    expect(actual.judge).toBeGreaterThan(0);
    expect(actual.total).toBeLessThanOrEqual(repeated.cost_usd.worst);
  });

  test('warns of parameters that a model does not take', async () => {
    file('sums.jsonl', prompts(1));
    file(
      'sums.yaml',
      'name: sums\ndataset: ./sums.jsonl\nmodels: [openai/o3, openai/gpt-4o]\nparameters: { temperature: 0.2 }\n',
    );
    for (const verb of ['estimate', 'validate']) {
      const { err } = await switchyard([verb, 'sums.yaml']);
      expect(err).toContain('warning: Model "openai/o3" takes no temperature: it is not sent');
      expect(err).not.toContain('gpt-4o');
    }
    const told = async (level: string) =>
      (await switchyard(['validate', 'sums.yaml', '--log-level', level])).err;
    expect(await told('warn')).toMatch(/^warning: [^\n]*\n$/);
    expect(await told('error')).toBe('');
    expect((await switchyard(['validate', 'sums.yaml', '--quiet'])).err).toBe('');
  });
});
