import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalogue, createCatalogue } from '../../src/costs/index.js';
import { sha256 } from '../../src/hash.js';
import {
  defaultServiceConfig,
  loadServiceConfig,
  type ServiceConfigOptions,
  serviceSchemaText,
} from '../../src/service/index.js';
import type { RoutingTable } from '../../src/tables/index.js';
import { handMadeTable } from '../tables/hand-made-table.js';

let folder: string;
let catalogue: Catalogue;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
  catalogue = await createCatalogue({ asOf: '2026-11-23' });
  writeFileSync(join(folder, 't.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tableOf = (models: readonly string[], domain = false): RoutingTable =>
  handMadeTable(
    { router: 'random', dial: '1', models, parameters: {} },
    { needs: { domain, answers: false } },
  );

const options = (given: Partial<ServiceConfigOptions> = {}): ServiceConfigOptions => ({
  env: {},
  cwd: folder,
  catalogue,
  asOf: '2026-11-23',
  readTable: async () => tableOf(['simulated/small', 'simulated/large']),
  ...given,
});

const load = (text: string, given: Partial<ServiceConfigOptions> = {}) => {
  writeFileSync(join(folder, 's.yaml'), text);
  return loadServiceConfig(join(folder, 's.yaml'), options(given));
};

/** What it says, without the folder, which is another each time. */
async function mistake(text: string, given: Partial<ServiceConfigOptions> = {}) {
  const error = await load(text, given).then(
    () => null,
    (caught: Error) => caught,
  );
  expect(error?.name).toBe('UserError');
  return error!.message.replaceAll(`${folder}/`, '').split('\n');
}

const HASH = sha256('k');
const MODELS = 'models: [simulated/small]\n';
const tenant = (more: string) => `tenants: [{ id: a, key_sha256: ${HASH}${more} }]\n`;

const broken: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
  [
    'nothing in it',
    '# later\n',
    ['s.yaml:1:1  found an empty file, expected keys such as models and tenants'],
  ],
  [
    'keys that are none',
    'modles: []\ncache: { ttl: 3 }\n',
    [
      's.yaml:1:1  modles  unknown key, expected one of host, port, allowed_hosts, table, models, aliases, cache, learning, limits, tenants, store_prompts, ledger, snapshots, simulated, log_level (did you mean "models"?)',
      's.yaml:2:10  cache.ttl  unknown key, expected one of enabled, ttl_seconds, max_entries, max_mb, semantic (did you mean "ttl_seconds"?)',
    ],
  ],
  [
    'values of the wrong kind',
    'port: 70000\nstore_prompts: "yes"\nlog_level: loud\nlimits: { attempts: 0, body_mb: 0.5 }\n',
    [
      's.yaml:1:7  port  found 70000, expected an integer from 0 to 65535',
      's.yaml:2:16  store_prompts  found "yes", expected true or false',
      's.yaml:3:12  log_level  found "loud", expected one of error, warn, info, debug',
      's.yaml:4:21  limits.attempts  found 0, expected an integer from 1 to 10',
      's.yaml:4:33  limits.body_mb  found 0.5, expected an integer from 1 to 1024',
    ],
  ],
  [
    'a model without a price, one of no provider, one twice',
    'models:\n  - openai/gpt-99\n  - nobody/x\n  - { id: my/x, base_url: "http://127.0.0.1:1/v1" }\n  - simulated/small\n  - simulated/small\n',
    [
      's.yaml:2:5  models[0]  found "openai/gpt-99", whose price is unknown (did you mean "openai/gpt-4"?), expected a known model or a price: {input, output} in US dollars per million tokens (0 must be said)',
      's.yaml:3:5  models[1]  found "nobody/x", expected a provider of openai, anthropic, simulated, recorded, or a base_url that speaks the format of one',
      's.yaml:4:11  models[2].id  found "my/x", whose price is unknown, expected a known model or a price: {input, output} in US dollars per million tokens (0 must be said)',
      's.yaml:6:5  models[4]  found "simulated/small" a second time, expected each model once',
    ],
  ],
  [
    'recorded answers to serve, and a simulated model that is none',
    'models: [recorded/m, simulated/smal]\n',
    [
      's.yaml:1:10  models[0]  found "recorded/m", whose answers are recorded ones, expected a model that can be asked, or a base_url where it is',
      's.yaml:1:22  models[1]  found "simulated/smal", expected one of simulated/small, simulated/medium, simulated/large, simulated/judge (did you mean "simulated/small"?)',
    ],
  ],
  [
    'a format without an address, and parameters, which callers set',
    'models: [{ id: openai/gpt-4o, api: openai, parameters: { temperature: 1 } }]\n',
    [
      's.yaml:1:36  models[0].api  found api without base_url, expected both or neither',
      's.yaml:1:44  models[0].parameters  unknown key, expected one of id, base_url, api, api_key_env, price, timeout_seconds, fallbacks',
    ],
  ],
  [
    'fallbacks that are not served, themselves, or repeated',
    'models:\n  - { id: simulated/small, fallbacks: [simulated/small, simulated/large, simulated/large, simulated/medum] }\n  - simulated/large\n',
    [
      's.yaml:2:40  models[0].fallbacks[0]  found "simulated/small" itself, expected another model',
      's.yaml:2:74  models[0].fallbacks[2]  found "simulated/large" a second time, expected each model once',
      's.yaml:2:91  models[0].fallbacks[3]  found "simulated/medum", expected a model that is served: simulated/small, simulated/large (did you mean "simulated/small"?)',
    ],
  ],
  [
    'aliases of nothing, or that hide something',
    `${MODELS}aliases:\n  fast: simulated/smal\n  auto: simulated/small\n  simulated/small: simulated/small\n  "a b": simulated/small\n`,
    [
      's.yaml:3:9  aliases.fast  found "simulated/smal", expected a model that is served: simulated/small (did you mean "simulated/small"?)',
      's.yaml:4:9  aliases.auto  hides what "auto" already means, expected another name',
      's.yaml:5:20  aliases."simulated/small"  hides what "simulated/small" already means, expected another name',
      's.yaml:6:10  aliases."a b"  is no name, expected at most 200 characters without spaces',
    ],
  ],
  [
    'a key where its hash belongs, which is not repeated',
    'tenants:\n  - { id: a, key_sha256: sk-very-secret }\n  - { id: b, key_sha256: [sk-other-secret] }\n  - { id: "no spaces" }\n',
    [
      's.yaml:2:26  tenants[0].key_sha256  found something else, expected the SHA-256 of a key as 64 hex digits, or a list of these; "switchyard serve --new-key NAME" makes one',
      's.yaml:3:27  tenants[1].key_sha256[0]  found something else, expected the SHA-256 of a key as 64 hex digits, or a list of these; "switchyard serve --new-key NAME" makes one',
      's.yaml:4:5  tenants[2].key_sha256  is missing, expected the SHA-256 of a key as 64 hex digits, or a list of these; "switchyard serve --new-key NAME" makes one',
      's.yaml:4:11  tenants[2].id  found "no spaces", expected a name of letters, digits, ".", "_" and "-", at most 64',
    ],
  ],
  [
    'one tenant twice, a key of two, an empty key',
    `tenants:\n  - { id: a, key_sha256: ${HASH} }\n  - { id: a, key_sha256: ${HASH.toUpperCase()} }\n  - { id: b, key_sha256: ${sha256('')} }\n`,
    [
      's.yaml:3:11  tenants[1].id  found "a" a second time, expected each tenant once',
      's.yaml:3:26  tenants[1].key_sha256  found this hash a second time, expected a key of its own',
      's.yaml:4:26  tenants[2].key_sha256  found the hash of an empty key, expected that of a real one',
    ],
  ],
  [
    'amounts that cannot be',
    tenant(', daily_usd: -1, soft_share: 80, requests_per_minute: 0'),
    [
      's.yaml:1:109  tenants[0].daily_usd  found -1, expected US dollars, a number from 0 to 1000000',
      's.yaml:1:125  tenants[0].soft_share  found 80, expected a share of a cap, a number from 0 to 1',
      's.yaml:1:150  tenants[0].requests_per_minute  found 0, expected an integer from 1 to 10000000',
    ],
  ],
  [
    'a usual length above the longest',
    'limits: { max_tokens: 100, default_max_tokens: 200 }\n',
    [
      's.yaml:1:48  limits.default_max_tokens  found 200, expected at most max_tokens, which is 100',
    ],
  ],
  [
    'learning that cannot be',
    `${MODELS}learning: { adapt: maybe, explore: 1.5, judge: { model: openai/gpt-99, share: 0, rubric: correctnes } }\n`,
    [
      's.yaml:2:20  learning.adapt  found "maybe", expected true or false',
      's.yaml:2:36  learning.explore  found 1.5, expected a share of requests, a number from 0 to 1',
      's.yaml:2:57  learning.judge.model  found "openai/gpt-99", whose price is unknown (did you mean "openai/gpt-4"?), expected a known model or a price: {input, output} in US dollars per million tokens (0 must be said)',
      's.yaml:2:79  learning.judge.share  found 0, expected a share, more than 0',
      's.yaml:2:90  learning.judge.rubric  found "correctnes", expected correctness, quality (did you mean "correctness"?)',
    ],
  ],
  [
    'files that are not there, and a variable that is not ours',
    'table: ./none.json\nsimulated: { dataset: none.jsonl }\nledger: $' + '{HOME}/x.duckdb\n',
    [
      's.yaml:1:8  table  found "./none.json", expected a file that exists; write one with "switchyard export"',
      's.yaml:2:23  simulated.dataset  found "none.jsonl", expected a file that exists',
      's.yaml:3:9  ledger  found the variable $' +
        '{HOME}, expected one whose name begins with SWITCHYARD_',
    ],
  ],
  [
    'an address that others can reach, without keys',
    'host: 0.0.0.0\n',
    [
      's.yaml:1:7  host  found "0.0.0.0", which others can reach, expected tenants with keys in the configuration; "switchyard serve --new-key NAME" makes one',
    ],
  ],
  [
    'a table whose models are not all served',
    `table: t.json\n${MODELS}`,
    [
      's.yaml:2:9  models  the routing table "by-hand" calls simulated/large, expected it among the models that are served: simulated/small',
    ],
  ],
  [
    'no end to a list',
    'models: [a\nport: 1\n',
    [
      's.yaml:2:1  Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
];

describe('a broken configuration', () => {
  it.each(broken)('with %s', async (_, text, lines) => {
    expect(await mistake(text)).toEqual(lines);
  });

  it('of a table whose models need to be described', async () => {
    const readTable = async () => tableOf(['my/x', 'recorded/m']);
    expect(await mistake('table: t.json\n', { readTable })).toEqual([
      'The models of the routing table "by-hand" cannot be served as they are: found "my/x", expected a provider of openai, anthropic, simulated, recorded, or a base_url that speaks the format of one; found "recorded/m", whose answers are recorded ones, expected a model that can be asked, or a base_url where it is. Say how under models in a configuration file (--config).',
    ]);
  });

  it('by a flag is told by the flag', async () => {
    expect(await mistake(MODELS, { given: { host: '192.168.1.4' } })).toEqual([
      '--host: found "192.168.1.4", which others can reach, expected tenants with keys in the configuration; "switchyard serve --new-key NAME" makes one',
    ]);
  });

  it('that is not there, is a folder, or is no text', async () => {
    const loading = (file: string) => loadServiceConfig(file, options());
    await expect(loading(join(folder, 'none.yaml'))).rejects.toThrow(
      /^Configuration file ".*none\.yaml" cannot be read: there is no such file$/,
    );
    await expect(loading(folder)).rejects.toThrow(/cannot be read: it is a folder$/);
    writeFileSync(join(folder, 'b.yaml'), new Uint8Array([0xff, 0xfe, 0x00]));
    await expect(loading(join(folder, 'b.yaml'))).rejects.toThrow(/is not UTF-8 text$/);
  });
});

describe('a configuration', () => {
  it('is complete without a file: the simulated models on loopback', async () => {
    const { config, table, warnings } = await defaultServiceConfig(options());
    expect([table, warnings]).toEqual([null, []]);
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      allowedHosts: [],
      table: null,
      aliases: {},
      cache: { enabled: true, ttlSeconds: 3600, maxEntries: 10_000, maxMegabytes: 256 },
      limits: {
        bodyBytes: 10_000_000,
        messages: 2000,
        defaultMaxTokens: 4096,
        maxTokens: 32_000,
        requestMs: 30_000,
        attempts: 2,
      },
      tenants: [],
      storePrompts: false,
      ledger: join(folder, 'results/service.duckdb'),
      snapshots: null,
      simulated: { dataset: null, seed: 1 },
    });
    expect(config.models.map(({ id }) => id)).toContain('simulated/small');
    expect(config).not.toHaveProperty('logLevel');
  });

  it('without models serves those of the table, and tells what callers must say', async () => {
    const { config, table, warnings } = await defaultServiceConfig(
      options({
        given: { table: 't.json', port: 0 },
        readTable: async (path) => {
          expect(path).toBe(join(folder, 't.json'));
          return tableOf(['openai/gpt-4o-mini', 'simulated/large'], true);
        },
      }),
    );
    expect(config.port).toBe(0);
    expect(config.table).toBe(join(folder, 't.json'));
    expect(config.models.map(({ id, pricing }) => [id, pricing?.source])).toEqual([
      ['openai/gpt-4o-mini', 'catalogue'],
      ['simulated/large', undefined],
    ]);
    expect(table?.name).toBe('by-hand');
    expect(warnings).toEqual([
      'the routing table "by-hand" decides by the kind of work: callers declare it in the header x-switchyard-domain, or in the member domain of /v1/generate',
    ]);
  });

  it('reads the names of a table as those of requests', async () => {
    const text =
      'table: t.json\nmodels: [openai/gpt-4o, simulated/small]\naliases: { mixtral: simulated/small }\n';
    const readTable = async () => tableOf(['gpt-4o', 'mixtral', 'simulated/small']);
    const { table } = await load(text, { readTable });
    expect(table?.policy.models).toEqual(['gpt-4o', 'mixtral', 'simulated/small']);
    const two = text.replace(
      '[openai/gpt-4o,',
      '[openai/gpt-4o, { id: my/gpt-4o, base_url: "http://127.0.0.1:1/v1", api: openai, price: { input: 1, output: 2 } },',
    );
    expect((await mistake(two, { readTable }))[0]).toContain('calls gpt-4o, expected it among');
  });

  it('says what is learned, and warns where a simulated judge looks at live answers', async () => {
    expect((await load(MODELS)).config).not.toHaveProperty('learning');
    const { config, warnings } = await load(
      `${MODELS}learning: { explore: 0.05, judge: { model: simulated/judge, share: 0.1 } }\n`,
    );
    expect(warnings).toEqual([]);
    expect(config.learning).toMatchObject({
      adapt: false,
      explore: 0.05,
      exploreDearer: false,
      judge: {
        model: { id: 'simulated/judge', timeoutMs: 60_000 },
        rubric: 'correctness',
        share: 0.1,
      },
    });
    const live = await load(
      'models: [openai/gpt-4o]\nlearning: { adapt: true, explore_dearer: true, judge: { model: { id: simulated/judge }, rubric: quality, share: 1 } }\n',
    );
    expect(live.config.learning).toMatchObject({ adapt: true, exploreDearer: true });
    expect(live.warnings).toEqual([
      'the judge "simulated/judge" is simulated: what it says of live answers is never evidence',
    ]);
  });

  it('says all of it in the words of the program', async () => {
    const { config } = await load(`
host: "::1"
port: 9000
allowed_hosts: [llm.example.org]
table: t.json
models:
  - { id: my/x, base_url: "http://127.0.0.1:1/v1/", api: anthropic, api_key_env: MY_API_KEY, price: { input: 1, output: 2 }, timeout_seconds: 1.5, fallbacks: [simulated/small] }
  - simulated/small
  - { id: simulated/large, fallbacks: [my/x] }
aliases: { fast: my/x }
cache: { enabled: false, ttl_seconds: 5, max_entries: 6, max_mb: 7 }
limits: { body_mb: 1, messages: 2, default_max_tokens: 3, max_tokens: 4, request_seconds: 0.5, attempts: 1 }
tenants:
  - { id: A.b_c-1, key_sha256: [${HASH.toUpperCase()}, ${sha256('l')}], admin: true, daily_usd: 1.5, monthly_usd: 10, soft_share: 0.5, requests_per_minute: 3, tokens_per_minute: 4 }
  - { id: b, key_sha256: ${sha256('m')} }
store_prompts: true
ledger: l/x.duckdb
snapshots: { folder: snaps, every_minutes: 60 }
simulated: { dataset: t.json, seed: 7 }
log_level: debug
`);
    expect(config).toMatchObject({
      host: '::1',
      port: 9000,
      allowedHosts: ['llm.example.org'],
      table: join(folder, 't.json'),
      models: [
        {
          id: 'my/x',
          baseUrl: 'http://127.0.0.1:1/v1',
          api: 'anthropic',
          apiKeyEnv: 'MY_API_KEY',
          timeoutMs: 1500,
          fallbacks: ['simulated/small'],
        },
        { id: 'simulated/small', baseUrl: null, fallbacks: [] },
        { id: 'simulated/large', fallbacks: ['my/x'] },
      ],
      aliases: { fast: 'my/x' },
      cache: { enabled: false, ttlSeconds: 5, maxEntries: 6, maxMegabytes: 7 },
      limits: {
        bodyBytes: 1_000_000,
        messages: 2,
        defaultMaxTokens: 3,
        maxTokens: 4,
        requestMs: 500,
        attempts: 1,
      },
      tenants: [
        {
          id: 'A.b_c-1',
          keyHashes: [HASH, sha256('l')],
          admin: true,
          dailyUsd: 1.5,
          monthlyUsd: 10,
          softShare: 0.5,
          requestsPerMinute: 3,
          tokensPerMinute: 4,
        },
        { id: 'b', admin: false, dailyUsd: null, softShare: 0.8, requestsPerMinute: null },
      ],
      storePrompts: true,
      ledger: join(folder, 'l/x.duckdb'),
      snapshots: { folder: join(folder, 'snaps'), everyMinutes: 60 },
      simulated: { dataset: join(folder, 't.json'), seed: 7 },
      logLevel: 'debug',
    });
  });

  it('with keys may be reached from anywhere, and a flag goes over the file', async () => {
    const text = `host: 127.0.0.1\nport: 1\n${tenant('')}`;
    const { config } = await load(text, { given: { host: '0.0.0.0', port: 2 } });
    expect([config.host, config.port]).toEqual(['0.0.0.0', 2]);
  });

  it('keeps the usual length of answers below the longest', async () => {
    const { config } = await load('limits: { max_tokens: 100 }\n');
    expect(config.limits.defaultMaxTokens).toBe(100);
  });

  it('stands as an example that can be served as it is', async () => {
    const file = fileURLToPath(new URL('../../examples/service.yaml', import.meta.url));
    const { config, warnings } = await loadServiceConfig(file, options());
    expect(warnings).toEqual([]);
    expect(config.models.every(({ id }) => id.startsWith('simulated/'))).toBe(true);
    expect(config.tenants.map(({ id, keyHashes }) => [id, keyHashes])).toEqual([
      ['alice', [sha256('example-key-of-alice')]],
      ['operator', [sha256('example-key-of-operator')]],
    ]);
  });

  it('is described by a schema that is current', () => {
    const file = new URL('../../schemas/service.schema.json', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(serviceSchemaText());
  });
});
