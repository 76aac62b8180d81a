import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../src/features/index.js';
import type { Policy, PolicyDocument } from '../../src/policies/index.js';
import { type Router, routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import {
  buildRoutingTable,
  decideWithTable,
  parseRoutingTable,
  type RoutingTable,
  routerFileOf,
  serializeRoutingTable,
  writeTarget,
} from '../../src/tables/index.js';
import { UserError } from '../../src/user-error.js';
import { sampleOutcomes } from '../routers/sample-outcomes.js';

const fit = sampleOutcomes(90, 31);
const tune = sampleOutcomes(60, 32);

const policiesOf = (router: string): readonly Policy[] => {
  const options = { seed: 1, dials: 5, settings: {} };
  const result = routers.get(router)!.fit(fit.data, tune.data, options);
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
};

const comparison = {
  run: 'run-1',
  simulated: true,
  seed: 7,
  splitSeed: 1,
  judge: 'exact',
  splits: { folds: 1 },
  verdict: { text: 'Route with it.' },
  warnings: ['few prompts'],
  provenance: { dataHash: 'abc', codeVersion: '0.1.0', prompts: 150 },
};
const tradeoff = {
  quality: { mean: 0.9, low: 0.8, high: 1 },
  costUsdPer1k: { mean: null, low: null, high: null },
  shares: { 'lab/small': 1 },
};
const tableOf = (policy: Policy, change = {}): RoutingTable =>
  buildRoutingTable({
    name: 'demo',
    policy,
    fittedOn: 'fit',
    comparison,
    tradeoff,
    now: new Date('2026-11-23T12:00:00Z'),
    ...change,
  });

const request = (content: string, domain: string | null = null) => ({
  messages: [{ role: 'user' as const, content }],
  domain,
});

const ROUTERS = [
  'always',
  'random',
  'mixture',
  'per-domain',
  'rules',
  'complexity',
  'cascade',
  'adaptive',
];

describe.each(ROUTERS)('a table of %s', (router) => {
  const policy = policiesOf(router).at(Math.floor(policiesOf(router).length / 2))!;
  const table = tableOf(policy);
  const text = serializeRoutingTable(table);

  it('comes back from its file byte for byte', () => {
    const read = parseRoutingTable(text, 't.json');
    expect(serializeRoutingTable(read)).toBe(text);
    expect(text.endsWith('}\n')).toBe(true);
    expect(text.length).toBeLessThan(2_000_000);
  });

  it('decides as the policy does', () => {
    const read = parseRoutingTable(text, 't.json');
    tune.features.slice(0, 20).forEach((features, seed) => {
      const asked = request(features.text, features.domain);
      const decision = decideWithTable(read, asked, createRng(seed));
      const learned = policy.initialState?.() ?? null;
      const { step } = policy.decide(
        { calls: [], learned },
        extractFeatures(asked),
        createRng(seed),
      );
      expect(step.kind === 'call' && policy.models[step.model]).toBe(decision.model);
      expect(decision.policy).toBe(policy.id);
      expect(decision.reasons.length).toBeGreaterThan(0);
    });
  });
});

describe('decideWithTable', () => {
  it('refuses a request without the domain that the table needs', () => {
    const table = tableOf(policiesOf('per-domain')[0]!);
    expect(() => decideWithTable(table, request('p'), createRng(1))).toThrow(UserError);
    expect(decideWithTable(table, request('p', 'rivers'), createRng(1)).model).toMatch(/^lab\//);
  });

  it('says that a cascade may call on', () => {
    const table = tableOf(policiesOf('cascade')[2]!);
    const { reasons } = decideWithTable(table, request('p'), createRng(1));
    expect(reasons.join()).toMatch(
      /may call on to lab\/.+ if the verifier's confidence .+ below 0/,
    );
  });
});

describe('buildRoutingTable', () => {
  const [policy] = policiesOf('always');

  it('carries expectation and provenance, and leaves unknown what is unknown', () => {
    const table = tableOf(policy!);
    expect(table.expected).toEqual({
      quality: { mean: 0.9, low: 0.8, high: 1 },
      cost_usd_per_1k: { mean: null, low: null, high: null },
      shares: { 'lab/small': 1 },
      describes: 'policy',
    });
    expect(table.provenance).toMatchObject({
      run: 'run-1',
      fitted_on: 'fit',
      verdict: 'Route with it.',
    });
    expect(table.created_at).toBe('2026-11-23T12:00:00.000Z');
    expect(tableOf(policy!, { tradeoff: null }).expected.quality.mean).toBeNull();
  });

  it('says that numbers describe the procedure where the policy was refitted or cross-fitted', () => {
    const folds = { ...comparison, splits: { folds: 5 } };
    expect(tableOf(policy!, { comparison: folds }).expected.describes).toBe('procedure');
    expect(tableOf(policy!, { fittedOn: 'everything' }).expected.describes).toBe('procedure');
  });
});

describe('serializeRoutingTable', () => {
  it('does not depend on the order of keys', () => {
    const table = tableOf(policiesOf('mixture')[1]!);
    const reversed = Object.fromEntries(Object.entries(table).reverse());
    expect(serializeRoutingTable(reversed as RoutingTable)).toBe(serializeRoutingTable(table));
    expect(serializeRoutingTable(table)).toContain('"weights": [');
  });
});

describe('parseRoutingTable', () => {
  const good = tableOf(policiesOf('always')[0]!);
  const edited = (change: Record<string, unknown>) => JSON.stringify({ ...good, ...change });
  it.each<[string, string, string]>([
    ['no JSON', '{"format": ', 't.json: not a routing table, as it is no JSON'],
    ['another document', '[]', 't.json: not a routing table of this program'],
    ['a newer format', edited({ format_version: 2 }), '`format_version`'],
    ['a key it does not know', edited({ extra: 1 }), 'extra'],
    [
      'a router it does not have',
      edited({ policy: { ...good.policy, router: 'magic', id: 'magic@x' } }),
      't.json: Policy: `router`: there is no router "magic"',
    ],
    [
      'parameters that do not fit',
      edited({ policy: { ...good.policy, parameters: { a: 1 } } }),
      'parameters',
    ],
    [
      'a name that is not its own',
      edited({ policy: { ...good.policy, id: 'always@y' } }),
      '`policy.id`',
    ],
    ['needs that are not its own', edited({ needs: { domain: true, answers: false } }), '`needs`'],
  ])('refuses %s in one line', (_, text, message) => {
    const parse = () => parseRoutingTable(text, 't.json');
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow('\n');
  });
});

describe("a table of a router in a user's own file", () => {
  const own: Router = {
    ...routers.get('always')!,
    id: 'mine',
    fromDocument: policyOf,
    usesDomain: true,
  };
  function policyOf(document: PolicyDocument): Policy {
    const { router, dial } = document;
    const policy = routers.get('always')!.fromDocument({ ...document, router: 'always' });
    return { ...policy, id: `${router}@${dial}`, router, dial, toDocument: () => document };
  }
  const routerFile = { path: 'mine.mjs', sha256: 'a'.repeat(64) };
  const document = { ...policiesOf('always')[0]!.toDocument(), router: 'mine' };
  const text = serializeRoutingTable(tableOf(policyOf(document), { routerFile }));

  it('says which file, and decides once that is loaded', () => {
    expect(routerFileOf(text, 't.json')).toEqual(routerFile);
    expect(
      routerFileOf(serializeRoutingTable(tableOf(policiesOf('always')[0]!)), 't.json'),
    ).toBeNull();
    const table = parseRoutingTable(text, 't.json', own);
    expect(decideWithTable(table, request('p'), createRng(1)).model).toBe(document.models[0]);
  });

  it.each([
    ['without it', undefined, 'its router "mine" is in the file "mine.mjs", which must be loaded'],
    ['with another', { ...own, id: 'other' }, 'which holds the router "other"'],
  ])('is refused %s', (_, given, message) => {
    const parse = () => parseRoutingTable(text, 't.json', given);
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
  });
});

describe('writeTarget', () => {
  const table = tableOf(policiesOf('always')[0]!);
  it('writes JSON, and names the targets there are', () => {
    expect(writeTarget('json', table)).toEqual({
      content: serializeRoutingTable(table),
      files: [],
    });
    expect(() => writeTarget('toml', table)).toThrow('no export target "toml": choose from json');
  });
});
