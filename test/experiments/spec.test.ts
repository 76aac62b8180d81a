import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type Experiment,
  experimentSchemaText,
  loadExperiment,
  starterExperiment,
  starterPrompts,
  validateExperiment,
} from '../../src/experiments/index.js';
import { UserError } from '../../src/user-error.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'switchyard-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

function experimentOf(text: string, env: Record<string, string> = {}): Experiment {
  const result = validateExperiment(text, '/base/e.yaml', { env });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.experiment;
}

const unlimited = { requestsPerMinute: null, tokensPerMinute: null, maxConcurrency: null };

describe('a valid experiment file', () => {
  it('needs three keys and has every default filled in', () => {
    expect(experimentOf('name: a\ndataset: p.jsonl\nmodels: [x/y]\n')).toEqual({
      file: '/base/e.yaml',
      name: 'a',
      description: null,
      datasets: [
        {
          path: '/base/p.jsonl',
          import: null,
          filter: {},
          limit: null,
        },
      ],
      models: [
        {
          id: 'x/y',
          baseUrl: null,
          api: null,
          apiKeyEnv: null,
          price: null,
          parameters: { maxTokens: 1024 },
          rateLimits: unlimited,
          timeoutMs: null,
        },
      ],
      judges: [{ kind: 'grader', id: 'grader', repeats: 1 }],
      judge: 'grader',
      trials: 1,
      seed: 1,
      budgetUsd: null,
      maxConcurrency: null,
      routers: null,
      compare: { margin: 0.01, splitSeed: 1 },
    });
  });

  it('carries everything that it says', () => {
    const text = `
name: all
description: Everything.
dataset:
  - ./a.jsonl
  - { path: "\${SWITCHYARD_HOME}/b.csv", filter: { domain: [law], split: [test], ids: [p1] }, limit: 5 }
parameters: { temperature: 0, stop: END, extra: { a: 1, b: 1 } }
models:
  - id: local/m
    base_url: http://127.0.0.1:8000/v1/
    api: openai
    api_key_env: MY_API_KEY
    price: &price { input: 1.5, output: 0, batch_multiplier: 0.5 }
    parameters: { max_tokens: 9, top_p: 0.5, seed: 3, extra: { b: 2 } }
    rate_limits: { requests_per_minute: 60, tokens_per_minute: 1000, max_concurrency: 2 }
    timeout_seconds: 1.5
  - { id: local/n, price: *price }
  - { id: local/o, price: { <<: *price, output: 2 } }
judges: [grader, { id: j, model: x/j, rubric: quality, repeats: 3, parameters: { max_tokens: 99 } }]
judge: j
trials: 2
seed: 7
budget_usd: 0.5
max_concurrency: 4
routers: [rules, { router: cascade, depth: 2 }]
compare: { margin: 0.02, split_seed: 5 }
`;
    const experiment = experimentOf(text, { SWITCHYARD_HOME: '/home' });
    expect(experiment.datasets.map(({ path }) => path)).toEqual(['/base/a.jsonl', '/home/b.csv']);
    expect(experiment.datasets[1]).toMatchObject({
      filter: { domain: ['law'], split: ['test'], ids: ['p1'] },
      limit: 5,
    });
    expect(experiment.models[0]).toEqual({
      id: 'local/m',
      baseUrl: 'http://127.0.0.1:8000/v1',
      api: 'openai',
      apiKeyEnv: 'MY_API_KEY',
      price: { input: 1.5, output: 0, batch_multiplier: 0.5 },
      parameters: {
        temperature: 0,
        maxTokens: 9,
        topP: 0.5,
        seed: 3,
        stop: ['END'],
        extra: { a: 1, b: 2 },
      },
      rateLimits: { requestsPerMinute: 60, tokensPerMinute: 1000, maxConcurrency: 2 },
      timeoutMs: 1500,
    });
    expect(experiment.models[1]?.price).toEqual(experiment.models[0]?.price);
    expect(experiment.models[2]?.price).toEqual({ input: 1.5, output: 2, batch_multiplier: 0.5 });
    expect(experiment.judges[1]).toMatchObject({
      kind: 'rubric',
      id: 'j',
      model: 'x/j',
      rubric: 'quality',
      repeats: 3,
      parameters: { temperature: 0, maxTokens: 99 },
      modelEntry: { id: 'x/j', parameters: { temperature: 0, maxTokens: 99 } },
    });
    expect(experiment).toMatchObject({
      judge: 'j',
      trials: 2,
      seed: 7,
      budgetUsd: 0.5,
      maxConcurrency: 4,
      routers: [
        { id: 'rules', settings: {} },
        { id: 'cascade', settings: { depth: 2 } },
      ],
      compare: { margin: 0.02, splitSeed: 5 },
    });
  });

  it('scores recorded outcomes by their recorded scores', () => {
    const experiment = experimentOf(
      'name: r\ndataset: { import: outcomes, path: o.csv }\nmodels: [recorded/*]\n',
    );
    expect(experiment.judges).toEqual([{ kind: 'recorded', id: 'recorded', repeats: 1 }]);
    expect(experiment.datasets[0]?.import).toBe('outcomes');
  });
});

const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const parameters = fc.record(
  {
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    max_tokens: fc.integer({ min: 1, max: 1_000_000 }),
    stop: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }),
  },
  { requiredKeys: [] },
);
const model = fc.record(
  {
    id: fc.tuple(name, name).map(([provider, own]) => `x${provider}/${own}`),
    base_url: fc.constant('https://example.org/v1'),
    api_key_env: fc.constant('MY_API_KEY'),
    price: fc.record({ input: fc.double({ min: 0, max: 99, noNaN: true }), output: fc.nat(99) }),
    parameters,
  },
  { requiredKeys: ['id'] },
);
const document = fc.record(
  {
    name,
    description: fc.string(),
    dataset: fc.string({ minLength: 1 }).filter((path) => !path.includes('${')),
    models: fc.uniqueArray(model, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
    parameters,
    trials: fc.integer({ min: 1, max: 1000 }),
    seed: fc.nat(),
    budget_usd: fc.double({ min: 0, max: 1e6, noNaN: true }),
    compare: fc.record({ margin: optional(fc.double({ min: 0, max: 1, noNaN: true })) }),
  },
  { requiredKeys: ['name', 'dataset', 'models'] },
);

describe('any valid experiment', () => {
  it('means the same in YAML as in JSON, and what was written', () => {
    fc.assert(
      fc.property(document, (written) => {
        const plain: typeof written = JSON.parse(JSON.stringify(written));
        const experiment = experimentOf(stringify(plain));
        expect(experimentOf(JSON.stringify(plain))).toEqual(experiment);
        expect(experiment).toMatchObject({
          name: plain.name,
          description: plain.description ?? null,
          trials: plain.trials ?? 1,
          seed: plain.seed ?? 1,
          budgetUsd: plain.budget_usd ?? null,
          models: plain.models.map(({ id, price }) => ({ id, price: price ?? null })),
        });
        for (const [index, { parameters }] of experiment.models.entries()) {
          const own = { ...plain.parameters, ...plain.models[index]?.parameters };
          expect(parameters).toEqual({
            maxTokens: own.max_tokens ?? 1024,
            ...(own.temperature === undefined ? {} : { temperature: own.temperature }),
            ...(own.stop === undefined ? {} : { stop: own.stop }),
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is refused for one unknown key, at the place of the key', () => {
    fc.assert(
      fc.property(document, fc.boolean(), (written, inModel) => {
        const plain: typeof written = JSON.parse(JSON.stringify(written));
        const changed = inModel
          ? { ...plain, models: [{ ...plain.models[0], zzzzzz: 1 }] }
          : { ...plain, zzzzzz: 1 };
        const text = stringify(changed);
        const result = validateExperiment(text, 'e.yaml', { env: {} });
        const problems = 'problems' in result ? result.problems : [];
        expect(problems).toHaveLength(1);
        const [problem] = problems;
        expect(problem?.path).toBe(inModel ? 'models[0].zzzzzz' : 'zzzzzz');
        const line = text.split('\n')[(problem?.line ?? 0) - 1] ?? '';
        expect(line.slice((problem?.column ?? 0) - 1)).toBe('zzzzzz: 1');
      }),
      { numRuns: 60 },
    );
  });

  it('any text is either an experiment or a list of problems, never a crash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((one) => stringify(one)),
        ),
        (text) => {
          const result = validateExperiment(text, null, { env: {} });
          expect('problems' in result && result.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('loadExperiment', () => {
  const write = (file: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, file), content);
    return join(folder, file);
  };

  it('reads a file and resolves paths against it', () => {
    write('p.jsonl', '');
    const path = write('ok.yaml', 'name: a\ndataset: p.jsonl\nmodels: [x/y]\n');
    expect(loadExperiment(path, { env: {} }).datasets[0]?.path).toBe(join(folder, 'p.jsonl'));
  });

  it('throws every problem, one a line', () => {
    const path = write('bad.yaml', 'name: a\ndataset: gone.jsonl\nmodels: [x/y]\nseed: x\n');
    expect(() => loadExperiment(path, { env: {} })).toThrow(
      new UserError(
        `${path}:2:10  dataset  found "gone.jsonl", expected a file or folder that exists\n${path}:4:7  seed  found "x", expected an integer from 0 to 2147483647`,
      ),
    );
  });

  it('says in one line why a file cannot be read', () => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    const failures = [
      [join(folder, 'none.yaml'), 'cannot be read: there is no such file'],
      [join(folder, 'sub'), 'cannot be read: it is a folder'],
      [write('latin.yaml', Uint8Array.of(0xff, 0xfe, 0x61)), 'is not UTF-8 text'],
      [write('long.yaml', '#'.repeat(1_000_001)), 'has 1000001 bytes, expected at most 1000000'],
    ] as const;
    for (const [path, reason] of failures) {
      expect(() => loadExperiment(path, { env: {} })).toThrow(reason);
      expect(() => loadExperiment(path, { env: {} })).toThrow(UserError);
    }
  });
});

describe('shipped files', () => {
  const shipped = readdirSync(join(root, 'experiments')).filter((file) => file.endsWith('.yaml'));

  it.each(shipped)('%s is valid and names the schema', (file) => {
    const path = join(root, 'experiments', file);
    const text = readFileSync(path, 'utf8');
    expect(text.split('\n')[0]).toBe(
      '# yaml-language-server: $schema=../schemas/experiment.schema.json',
    );
    const result = validateExperiment(text, path, { env: { SWITCHYARD_DATA: '/data' } });
    expect(result).toHaveProperty('experiment');
  });

  it('the JSON Schema is the current one, and explains every key', () => {
    const text = readFileSync(join(root, 'schemas/experiment.schema.json'), 'utf8');
    expect(text).toBe(experimentSchemaText());
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, member] of Object.entries(node)) {
        const here = `${path}/${key}`;
        if (path.endsWith('/properties') && !('description' in member)) undescribed.push(here);
        visit(member, here);
      }
    };
    visit(JSON.parse(text), '');
    expect(undescribed).toEqual([]);
  });

  it('the starter is valid under any name and dataset', () => {
    const text = starterExperiment('mine', { dataset: './my $& file.jsonl', schema: 'https://s' });
    const experiment = experimentOf(text);
    expect(experiment.name).toBe('mine');
    expect(experiment.datasets[0]?.path).toBe('/base/my $& file.jsonl');
    expect(text).toContain('# yaml-language-server: $schema=https://s\n');
    expect(experiment.models.every(({ id }) => id.startsWith('simulated/'))).toBe(true);
  });

  it('the starter is valid with everything commented in', () => {
    const text = starterExperiment('mine').replace(
      /^( +)# (?=- | {2})|^# (?=parameters|budget_usd)/gm,
      '$1',
    );
    const experiment = experimentOf(text);
    expect(experiment.models).toHaveLength(6);
    expect(experiment.judges).toHaveLength(2);
    expect(experiment.budgetUsd).toBe(5);
    expect(experiment.models[0]?.parameters).toEqual({ temperature: 0, maxTokens: 512 });
  });

  it('the starter has prompts to go with it', () => {
    const ids = starterPrompts()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
