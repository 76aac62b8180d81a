import { describe, expect, it } from 'vitest';
import { extractFeatures, type SignalSpec, signalId } from '../../src/features/index.js';
import type { RouterData } from '../../src/routers/index.js';
import { routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import {
  buildRoutingTable,
  decideWithTable,
  parseRoutingTable,
  serializeRoutingTable,
  signalsOfTable,
} from '../../src/tables/index.js';

const spec: SignalSpec = {
  kind: 'complexity',
  model: 'maker/judge',
  baseUrl: 'http://127.0.0.1:9/v1',
  apiKeyEnv: 'MY_API_KEY',
  price: { input: 1, output: 2 },
};
const unused: SignalSpec = { ...spec, kind: 'embedding' };
const ID = signalId(spec);
const request = (content: string) => ({
  messages: [{ role: 'user' as const, content }],
  domain: null,
});
const reading = (value: number) => ({
  [ID]: { values: Float32Array.of(value), cost: 0.001, latency: 5 },
});

function table() {
  const data: RouterData = {
    models: ['maker/small', 'maker/large'],
    features: [0.1, 0.4, 0.6, 0.9].map((value, at) => ({
      ...extractFeatures(request(`text ${at}`)),
      signals: reading(value),
    })),
    score: Float64Array.of(0, 1, 0, 1, 0, 1, 0, 1),
    cost: Float64Array.of(1, 9, 1, 9, 1, 9, 1, 9),
    text: Array(8).fill(null),
    failed: new Uint8Array(8),
    groups: Int32Array.of(0, 1, 2, 3),
  };
  const settings = {
    classifier: {
      model: spec.model,
      base_url: spec.baseUrl,
      api_key_env: spec.apiKeyEnv,
      price: spec.price,
    },
  };
  const policies = routers.get('complexity')!.fit(data, data, { seed: 1, dials: 3, settings });
  if ('leftOut' in policies) throw new Error(policies.leftOut);
  return buildRoutingTable({
    name: 'read',
    policy: policies[1]!,
    fittedOn: 'fit',
    comparison: {
      run: 'run-1',
      simulated: false,
      seed: 1,
      splitSeed: 1,
      judge: 'exact',
      splits: { folds: 1 },
      verdict: { text: 'ROUTE' },
      warnings: [],
      provenance: { dataHash: 'data', codeVersion: '0.1.0', prompts: 4 },
    },
    tradeoff: null,
    signals: [unused, spec],
    now: new Date('2026-11-23T00:00:00Z'),
  });
}

describe('a table whose policy decides by a signal', () => {
  it('says where the signal comes from, and of no other', () => {
    const { needs, signals } = table();
    expect(needs.signals).toEqual([ID]);
    expect(signals).toEqual([
      {
        id: ID,
        kind: 'complexity',
        model: 'maker/judge',
        base_url: 'http://127.0.0.1:9/v1',
        api_key_env: 'MY_API_KEY',
        price: { input: 1, output: 2 },
        version: expect.stringMatching(/^1-[0-9a-f]{8}$/),
      },
    ]);
  });

  it('is read back, gives the way to obtain it, and decides by it', () => {
    const read = parseRoutingTable(serializeRoutingTable(table()), 'table.json');
    expect(signalsOfTable(read)).toEqual([spec]);
    const decide = (value: number) =>
      decideWithTable(read, request('anything'), createRng(1), reading(value)).model;
    expect([decide(0.1), decide(0.9)]).toEqual(['maker/small', 'maker/large']);
    expect(() => decideWithTable(read, request('anything'), createRng(1))).toThrow(
      `decides by the signal "${ID}", and the request carries none: obtain it first`,
    );
  });

  it('is refused where it does not say what it needs, or reads it otherwise', () => {
    const { signals: _, ...undefinedSignal } = table();
    const text = (value: unknown) => JSON.stringify(value);
    expect(() => parseRoutingTable(text(undefinedSignal), 't.json')).toThrow(
      `t.json: \`signals\`: expected a definition of "${ID}"`,
    );
    const silent = { ...table(), needs: { domain: false, answers: false } };
    expect(() => parseRoutingTable(text(silent), 't.json')).toThrow('t.json: `needs`: expected');
    const old = table();
    const other = { ...old, signals: [{ ...old.signals![0]!, model: 'maker/other' }] };
    expect(() => signalsOfTable(other)).toThrow('compare and export again');
  });
});
