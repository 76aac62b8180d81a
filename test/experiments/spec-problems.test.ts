import { describe, expect, it } from 'vitest';
import { problemLine, validateExperiment } from '../../src/experiments/index.js';

const variable = (name: string): string => `$\{${name}}`;
const BASE = 'name: a\ndataset: ./p.jsonl\nmodels: [x/y]\n';

function problemsOf(
  text: string,
  env: Record<string, string> = { HOME: '/home/me' },
): readonly string[] {
  const result = validateExperiment(text, 'e.yaml', {
    env,
    knownRouters: ['always', 'rules', 'cascade'],
  });
  return 'problems' in result ? result.problems.map(problemLine) : [];
}

const broken: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
  [
    'nothing at all',
    '# only a comment\n',
    ['e.yaml:1:1  found an empty file, expected keys such as name, dataset and models'],
  ],
  [
    'a list for a document',
    '- name: a\n',
    ['e.yaml:1:1  found a list, expected a mapping of keys such as name, dataset and models'],
  ],
  [
    'every required key missing',
    'seed: 1\n',
    [
      'e.yaml:1:1  name  is missing, expected a name of lower-case letters, digits, ".", "_" and "-", at most 64, that begins with a letter or digit',
      'e.yaml:1:1  dataset  is missing, expected a path, a mapping with path, or a list of these',
      'e.yaml:1:1  models  is missing, expected a list of at least one model',
    ],
  ],
  [
    'a name that is no slug',
    BASE.replace('name: a', 'name: My Run'),
    [
      'e.yaml:1:7  name  found "My Run", expected a name of lower-case letters, digits, ".", "_" and "-", at most 64, that begins with a letter or digit (did you mean "my-run"?)',
    ],
  ],
  [
    'unknown keys at any depth',
    `${BASE}trails: 2\ncompare: { margn: 0.1 }\n`,
    [
      'e.yaml:4:1  trails  unknown key, expected one of name, description, dataset, models, parameters, compress, judges, judge, trials, seed, budget_usd, max_concurrency, routers, embeddings, compare (did you mean "trials"?)',
      'e.yaml:5:12  compare.margn  unknown key, expected one of margin, split_seed (did you mean "margin"?)',
    ],
  ],
  [
    'several wrong values at once, in the order of the file',
    `${BASE}trials: three\nseed: -1\nbudget_usd:\nmax_concurrency: 1.5\n`,
    [
      'e.yaml:4:9  trials  found "three", expected an integer from 1 to 1000',
      'e.yaml:5:7  seed  found -1, expected an integer from 0 to 2147483647',
      'e.yaml:6:1  budget_usd  found nothing, expected US dollars, a number from 0 to 1000000',
      'e.yaml:7:18  max_concurrency  found 1.5, expected an integer from 1 to 10000',
    ],
  ],
  [
    'a model that is no provider/name, one twice, one of an odd type',
    'name: a\ndataset: p.jsonl\nmodels:\n  - gpt-4o\n  - x/y\n  - x/y\n  - 7\n',
    [
      'e.yaml:4:5  models[0]  found "gpt-4o", expected a model as "provider/name"',
      'e.yaml:6:5  models[2]  found "x/y" a second time, expected each model once',
      'e.yaml:7:5  models[3]  found 7, expected a model as "provider/name" or a mapping with id',
    ],
  ],
  [
    'a wildcard where it means nothing',
    BASE.replace('x/y', 'openai/*'),
    ['e.yaml:3:10  models[0]  found "openai/*", expected a model as "provider/name"'],
  ],
  [
    'a price without output and with a negative and a mistyped member',
    BASE.replace('[x/y]', '\n  - id: x/y\n    price: { input: -1, outptu: 3 }'),
    [
      'e.yaml:5:12  models[0].price.output  is missing, expected US dollars per million output tokens, a number from 0 to 1000000',
      'e.yaml:5:21  models[0].price.input  found -1, expected US dollars per million input tokens, a number from 0 to 1000000',
      'e.yaml:5:25  models[0].price.outptu  unknown key, expected one of input, output, cached_input, cache_write, per_request, batch_multiplier (did you mean "output"?)',
    ],
  ],
  [
    'a key in the file, which is not repeated in the report',
    BASE.replace(
      '[x/y]',
      '\n  - id: x/y\n    api_key: sk-very-secret\n    api_key_env: sk-very-secret',
    ),
    [
      'e.yaml:5:5  models[0].api_key  unknown key, expected one of id, base_url, api, api_key_env, price, parameters, rate_limits, timeout_seconds (did you mean "api_key_env"?)',
      'e.yaml:6:18  models[0].api_key_env  found something else, expected the name of an environment variable that ends in _API_KEY, never the key itself',
    ],
  ],
  [
    'a key variable of another name',
    BASE.replace('[x/y]', '[{ id: x/y, api_key_env: OPENAI_KEY }]'),
    [
      'e.yaml:3:34  models[0].api_key_env  found "OPENAI_KEY", expected the name of an environment variable that ends in _API_KEY, never the key itself',
    ],
  ],
  [
    'addresses with credentials or of another kind, and api alone',
    BASE.replace(
      '[x/y]',
      '\n  - { id: x/y, base_url: "http://user:secret@h/v1" }\n  - { id: x/z, base_url: "ftp://h" }\n  - { id: x/w, api: opnai }',
    ),
    [
      'e.yaml:4:26  models[0].base_url  found an address with more than host and path, expected an http or https address without user, password, query or fragment, such as "http://127.0.0.1:8000/v1"',
      'e.yaml:5:26  models[1].base_url  found "ftp://h", expected an http or https address without user, password, query or fragment, such as "http://127.0.0.1:8000/v1"',
      'e.yaml:6:21  models[2].api  found "opnai", expected one of openai, anthropic (did you mean "openai"?)',
      'e.yaml:6:21  models[2].api  found api without base_url, expected both or neither',
    ],
  ],
  [
    'parameters out of range, and a request member of our own in extra',
    `${BASE}parameters: { temperature: 3, max_tokens: 0, stop: [], extra: { stream: true } }\n`,
    [
      'e.yaml:4:28  parameters.temperature  found 3, expected a temperature, a number from 0 to 2',
      'e.yaml:4:43  parameters.max_tokens  found 0, expected an integer from 1 to 1000000',
      'e.yaml:4:52  parameters.stop  found an empty list, expected a text or a list of at most 8 texts at which an answer stops',
      'e.yaml:4:73  parameters.extra.stream  found true, expected nothing of that name in extra, as the program sets it itself',
    ],
  ],
  [
    'a dataset of the wrong form',
    'name: a\nmodels: [x/y]\ndataset:\n  imprt: routerbench\n  filter: { domain: law }\n',
    [
      'e.yaml:4:3  dataset.path  is missing, expected a path',
      'e.yaml:4:3  dataset.imprt  unknown key, expected one of path, import, filter, limit (did you mean "import"?)',
      'e.yaml:5:21  dataset.filter.domain  found "law", expected a list of domains',
    ],
  ],
  [
    'an unknown import, in a list that mixes',
    'name: a\nmodels: [x/y]\ndataset:\n  - p.jsonl\n  - { path: d, import: router-bench }\n',
    [
      'e.yaml:4:3  dataset  found prompts and recorded outcomes mixed, expected either all or none with import',
      'e.yaml:5:24  dataset[1].import  found "router-bench", expected one of routellm, routerbench, outcomes, service (did you mean "routerbench"?)',
    ],
  ],
  [
    'variables that are not set or not ours',
    `name: a\nmodels: [x/y]\ndataset: ["${variable('SWITCHYARD_DATA')}/a", "${variable('HOME')}/b", "${variable('SWITCHYARD_X')}/c"]\n`,
    [
      'e.yaml:3:11  dataset[0]  the environment variable SWITCHYARD_DATA is not set; set it to a folder with routellm/ (from github.com/lm-sys/RouteLLM) and routerbench/ (from github.com/withmartian/routerbench)',
      `e.yaml:3:35  dataset[1]  found the variable ${variable('HOME')}, expected one whose name begins with SWITCHYARD_`,
      'e.yaml:3:48  dataset[2]  the environment variable SWITCHYARD_X is not set; set it with: export SWITCHYARD_X=…',
    ],
  ],
  [
    'recorded models and scores without recorded outcomes',
    'name: a\ndataset: p.jsonl\nmodels: [recorded/*]\njudges: [recorded]\n',
    [
      'e.yaml:3:10  models[0]  found "recorded/*", expected a dataset with import that holds its answers',
      'e.yaml:4:10  judges[0]  found "recorded", expected a dataset with import that holds scores',
    ],
  ],
  [
    'a recorded model beside all of them',
    'name: a\ndataset: { import: outcomes, path: o.csv }\nmodels: [recorded/*, recorded/m]\n',
    ['e.yaml:3:22  models[1]  found "recorded/m" beside "recorded/*", which means it already'],
  ],
  [
    'judges of every kind of mistake',
    `${BASE}judges:\n  - graderr\n  - { id: j, model: x/j, rubric: qualty }\n  - { id: j, model: recorded/m, repeats: 0 }\n  - { id: grader, model: x/j }\njudge: jj\n`,
    [
      'e.yaml:5:5  judges[0]  found "graderr", expected "grader", "recorded" or a mapping with id and model (did you mean "grader"?)',
      'e.yaml:6:34  judges[1].rubric  found "qualty", expected a rubric: correctness, quality (did you mean "quality"?)',
      'e.yaml:7:11  judges[2].id  found "j" a second time, expected each judge once',
      'e.yaml:7:21  judges[2].model  found "recorded/m", expected a model that can be asked',
      'e.yaml:7:42  judges[2].repeats  found 0, expected an integer from 1 to 100',
      'e.yaml:8:11  judges[3].id  found "grader", expected a name other than grader and recorded, which are judges without a model',
      'e.yaml:9:8  judge  found "jj", expected a judge of this file: graderr, j, grader (did you mean "j"?)',
    ],
  ],
  [
    'routers that are unknown, repeated or unnamed',
    `${BASE}routers: [cascde, rules, { id: rules, x: 1 }, { x: 1 }]\n`,
    [
      'e.yaml:4:11  routers[0]  found "cascde", expected a router: always, rules, cascade (did you mean "cascade"?)',
      'e.yaml:4:32  routers[2].id  found "rules" a second time, expected each router once',
      'e.yaml:4:47  routers[3]  found a mapping, expected the id of a router under "id" or "router", or its "file", one of them',
    ],
  ],
  [
    'a repeated key, with everything else',
    `${BASE}seed: 1\nseed: 2\ntrials: 0\nmodels: [x/y]\n`,
    [
      'e.yaml:5:1  seed  found this key a second time, expected it once',
      'e.yaml:6:9  trials  found 0, expected an integer from 1 to 1000',
      'e.yaml:7:1  models  found this key a second time, expected it once',
    ],
  ],
  [
    'a key repeated in a list',
    BASE.replace('[x/y]', '\n  - x/z\n  - { id: x/y, id: x/y }'),
    ['e.yaml:5:16  models[1].id  found this key a second time, expected it once'],
  ],
  [
    'YAML that does not parse',
    'name: [a\ndataset: b\n',
    [
      'e.yaml:2:1  Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'a tab for indentation',
    'models:\n\t- x/y\n',
    ['e.yaml:2:1  Tabs are not allowed as indentation'],
  ],
  [
    'a second document',
    `${BASE}---\nname: b\n`,
    ['e.yaml:4:1  found a second YAML document, expected one'],
  ],
];

describe('a broken experiment file', () => {
  it.each(broken)('with %s', (_, text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it('with aliases that multiply is refused, not expanded', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${`*${of},`.repeat(10)}]\n`;
    const bomb = `a: &a [1,2,3,4,5,6,7,8,9]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}`;
    expect(problemsOf(bomb)).toEqual([
      'e.yaml:1:1  Excessive alias count indicates a resource exhaustion attack',
    ]);
  });

  it('reports a dataset that is not there, and what the caller knows of a model', () => {
    const text = `${BASE}judges: [{ id: j, model: z/j }]\n`;
    const result = validateExperiment(text, '/e/e.yaml', {
      env: {},
      exists: () => false,
      modelProblem: ({ id }) => `unknown provider of ${id}`,
    });
    expect('problems' in result && result.problems.map(problemLine)).toEqual([
      '/e/e.yaml:2:10  dataset  found "./p.jsonl", expected a file or folder that exists',
      '/e/e.yaml:3:10  models[0]  unknown provider of x/y',
      '/e/e.yaml:4:26  judges[0].model  unknown provider of z/j',
    ]);
  });
});
