import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli/index.js';
import { sha256 } from '../../src/hash.js';
import type { Policy } from '../../src/policies/index.js';
import type { ServiceLedger } from '../../src/service/index.js';
import { openServiceLedger } from '../../src/store/index.js';
import { parseRoutingTable, serializeRoutingTable } from '../../src/tables/index.js';
import { fittedRidge, servedLogOf } from '../evaluation/served-log.js';
import { anOperation } from '../store/service-samples.js';
import { handMadeTable } from '../tables/hand-made-table.js';
import { memoryIo } from './memory-io.js';

const JUDGE = 'rubric:correct@1 lab/judge';

let folder: string;
let ledger: ServiceLedger;
/** All weight on quality. */
const policy = fittedRidge(4);
const tableText = serializeRoutingTable({
  ...handMadeTable(policy.toDocument()),
  name: 'mine',
  simulated: false,
});

async function switchyard(...args: readonly string[]) {
  const io = memoryIo({ cwd: folder });
  const code = await main([...args], io);
  return { code, out: io.outText(), err: io.errText() };
}

/** Callers praise what the judge does not: none of that may count. */
async function record(into: ServiceLedger, by: Policy, table: string): Promise<void> {
  const writes = servedLogOf(by, { operations: 1500 }).map(async (served, row) => {
    const id = `op-${row}`;
    const receivedAt = new Date(Date.UTC(2026, 0, 1) + 1000 * row).toISOString();
    const model = by.models[served.called]!;
    const stop = { step: 'stop' as const, model, propensity: 1, eligible: [], probabilities: null };
    await into.record({
      operation: anOperation({
        id,
        receivedAt,
        model,
        cost: Math.round(served.costUsd * 1e9),
        promptHash: sha256(served.promptHash),
        content: { messages: [{ role: 'user', content: served.features.text }], answer: 'yes' },
        routing: {
          table,
          policy: by.id,
          steps: [
            {
              step: 'call',
              model,
              propensity: served.probabilities[served.called]!,
              eligible: by.models,
              probabilities: served.probabilities,
            },
            stop,
          ],
          features: {},
          domain: 'rivers',
        },
      }),
      usage: [],
    });
    return { id, receivedAt, served };
  });
  const noted = await Promise.all(writes);
  const verdicts = noted.flatMap(({ id, receivedAt, served }) => {
    const said = { operationId: id, receivedAt, unscored: null };
    const caller = { ...said, source: 'caller' as const, score: 1, judge: null, probability: null };
    const { score, chance: probability } = served;
    const judged = { ...said, source: 'judge' as const, score, judge: JUDGE, probability };
    return Number.isNaN(score) ? [caller] : [caller, judged];
  });
  await Promise.all(
    verdicts.map((feedback) =>
      into.recordFeedback({ feedback: { tenant: 'shop', ...feedback }, usage: [] }),
    ),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-tune-'));
  writeFileSync(join(folder, 'mine.table.json'), tableText);
  writeFileSync(
    join(folder, 'cascade.table.json'),
    tableText.replace('"mine"', '"another, which nobody ran"'),
  );
  ledger = await openServiceLedger(join(folder, 'service.duckdb'));
  await record(ledger, policy, sha256(tableText));
  await ledger.snapshot(join(folder, 'snapshots'));
  await ledger.close();
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TUNE = ['tune', 'mine.table.json', '--from', 'service', '--margin', '0.08', '--seed', '2'];

test('proposes a cheaper table beside the old one, with what it is expected to change', async () => {
  const said = await switchyard(...TUNE, '--ledger', 'service.duckdb', '--json');
  expect(said).toMatchObject({ code: 0 });
  const report = JSON.parse(said.out);
  expect(report).toMatchObject({
    outcome: 'proposed',
    judge: JUDGE,
    calibrated: false,
    simulated: false,
    table: 'mine.tuned.table.json',
    policy: { present: policy.id, tuned: expect.stringMatching(/^ridge@served-/) },
    evidence: { method: 'doubly_robust', unsupported: 0 },
  });
  expect(report.change.cost_usd_per_1k.high).toBeLessThan(0);
  expect(report.text).toContain(`according to judge ${JUDGE}`);
  expect(readFileSync(join(folder, 'mine.table.json'), 'utf8')).toBe(tableText);
  const text = readFileSync(join(folder, 'mine.tuned.table.json'), 'utf8');
  expect(sha256(text)).toBe(report.sha256);
  const tuned = parseRoutingTable(text, 'mine.tuned.table.json');
  expect(tuned.expected.quality.mean).toBeCloseTo(report.tuned.quality.mean, 9);
  expect(tuned.expected.describes).toBe('policy');
  expect(tuned.provenance.warnings[0]).toContain('tuned on service traffic from 2026-01-01T00:');
  const again = await switchyard(...TUNE, '--ledger', 'service.duckdb');
  expect(again.err).toMatch(/^switchyard: "mine.tuned.table.json" is there already .*\n$/);
}, 20_000);

test('reads snapshots to the same end, for a person', async () => {
  const said = await switchyard(...TUNE, '--ledger', 'snapshots', '-o', 'other.json');
  expect(said.code).toBe(0);
  expect(said.out).toContain('95 % intervals by doubly_robust');
  const strip = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')).policy;
  expect(strip('other.json')).toEqual(strip('mine.tuned.table.json'));
  expect(said.err).toContain(
    'Next: name other.json as "table" in the service\'s configuration, and start it again\n',
  );
}, 20_000);

test('a margin that cannot be settled writes nothing and exits 3', async () => {
  const args = ['tune', 'mine.table.json', '--from', 'service', '--margin', '0'];
  const said = await switchyard(...args, '--ledger', 'service.duckdb', '-o', 'none.json');
  expect(said.code).toBe(3);
  expect(said.out).toContain('No table is written');
  expect(existsSync(join(folder, 'none.json'))).toBe(false);
}, 20_000);

test('says in one line what cannot be tuned', async () => {
  const always = serializeRoutingTable(
    handMadeTable({ router: 'always', dial: 'lab/a', models: ['lab/a'], parameters: {} }),
  );
  writeFileSync(join(folder, 'always.table.json'), always);
  const line = async (...args: readonly string[]) => {
    const { code, err, out } = await switchyard('tune', '--from', 'service', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd()).not.toContain('\n');
    return err;
  };
  expect(await line('always.table.json')).toContain('has no dial that can be turned');
  expect(await line('mine.table.json')).toContain('There is no ledger');
  expect(await line('mine.table.json', '--margin', '2')).toContain('--margin is 2');
  const other = await line('cascade.table.json', '--ledger', 'snapshots');
  expect(other).toContain('No operation in the ledger was decided by this routing table, only by');
  expect(await line('mine.table.json', '-o', 'mine.table.json')).toContain('is the old table');
});
