import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CostTracker } from '../../../src/costs/index.js';
import { policyFromDocument } from '../../../src/routers/index.js';
import { learnedStateFile, type ServiceLedger } from '../../../src/service/index.js';
import { openMemoryLedger } from '../../../src/store/index.js';
import { UserError } from '../../../src/user-error.js';
import { aVerdict } from '../../store/service-samples.js';
import { failing } from '../scripted-upstream.js';
import { asking } from '../standing.js';
import {
  adaptive,
  always,
  learningWorld,
  MODELS,
  memoryStore,
  tableOf,
  type World,
} from './learning-world.js';

let operations = 0;

/** Asks, and says what the answer was worth, unless that is null. @returns the model that answered */
async function teach(
  world: World,
  score: number | null,
  more: Parameters<typeof asking>[0] = {},
): Promise<string> {
  const id = `op-learn-${++operations}`;
  await world.gateway.handle(
    asking({ model: 'auto', ...more, request: { operationId: id, ...more.request } }),
  );
  const operation = (await world.ledger.operation(id))!;
  await judge(world, id, score);
  return operation.model ?? 'none';
}

async function judge({ ledger, learning }: World, id: string, score: number | null) {
  const unscored = score === null ? 'nobody knows' : null;
  const receipt = await ledger.recordFeedback(aVerdict(id, { tenant: 'acme', score, unscored }));
  learning.feedbackRecorded();
  await learning.settle();
  return receipt;
}

const seen = ({ learning }: World) =>
  learning.status.adapting!.models!.map(({ scores, quality }) => [scores, quality] as const);

const newLedger = (): ServiceLedger => openMemoryLedger(new CostTracker());

describe('a policy that adapts', () => {
  it('learns from each feedback on its own choices, and decides by it', async () => {
    const world = await learningWorld({ adapt: true }, { policy: adaptive() });
    const worth = { 'lab/a': 0.2, 'lab/b': 0.9, 'lab/c': 0.5 } as Record<string, number>;
    const counts = new Map<string, number>(MODELS.map((model) => [model, 0]));
    for (let at = 0; at < 30; at++) {
      const id = `op-worth-${at}`;
      await world.gateway.handle(asking({ model: 'auto', request: { operationId: id } }));
      const { model } = (await world.ledger.operation(id))!;
      await judge(world, id, worth[model!]!);
      counts.set(model!, counts.get(model!)! + 1);
    }
    expect(seen(world)).toEqual(
      MODELS.map((model) => [counts.get(model), expect.closeTo(worth[model]!, 12)]),
    );
    const costs = world.learning.status.adapting!.models!.map(({ cost }) => cost);
    expect(costs).toEqual([3.4e-5, 6.8e-5, 10.2e-5].map((cost) => expect.closeTo(cost, 12)));
    // What it has learned by now is what it decides by: its own greedy choice is the likeliest.
    await world.gateway.handle(asking({ model: 'auto', request: { operationId: 'op-after' } }));
    expect((await world.ledger.operation('op-after'))!.routing!.steps[0]).toMatchObject({
      probabilities: [1 / 3, 1 / 3, 1 / 3].map((one) => expect.closeTo(one, 12)),
    });
  });

  it('calls the model that turned out best once it does not explore any more', async () => {
    const store = memoryStore();
    const ledger = newLedger();
    const table = tableOf(adaptive(0));
    const world = await learningWorld({ adapt: true }, { table, store, ledger });
    // Knowing nothing it takes the first; told that this is useless it takes another.
    const models = [];
    for (let at = 0; at < 12; at++) models.push(await teach(world, 0));
    expect(models[0]).toBe('lab/a');
    expect(new Set(models)).toEqual(new Set(MODELS));
  });

  it('learns nothing of what was stood in for, repeated, named, unscored or routed by another table', async () => {
    const world = await learningWorld(
      { adapt: true },
      { policy: adaptive(), behaviours: [failing('server'), { kind: 'answer', text: 'four' }] },
    );
    await teach(world, null, { text: 'one' });
    await teach(world, 1, { text: 'two', model: 'lab/b' });
    const [fallback] = (await world.ledger.recent(9)).filter(({ cause }) => cause === 'fallback');
    if (fallback !== undefined) await judge(world, fallback.id, 1);
    expect(world.learning.status.adapting).toMatchObject({ learned: 0, lost: 0 });
    expect(seen(world)).toEqual(MODELS.map(() => [0, null]));
  });

  it('goes on where it was left, and learns from nothing twice', async () => {
    const store = memoryStore();
    const ledger = newLedger();
    const open = () => learningWorld({ adapt: true }, { policy: adaptive(), store, ledger });
    const first = await open();
    for (let at = 0; at < 5; at++) await teach(first, 0.25 * at);
    const before = first.learning.status.adapting;
    expect(before).toMatchObject({ learned: 5, lost: 0 });
    const second = await open();
    expect(second.learning.status.adapting).toEqual(before);
    expect(second.learning.table!.learned!()).toEqual(first.learning.table!.learned!());
    // Told again and again, and by several at once.
    for (let at = 0; at < 3; at++) second.learning.feedbackRecorded();
    await Promise.all([second.learning.settle(), second.learning.settle()]);
    expect(second.learning.status.adapting).toEqual(before);
    await teach(second, 1);
    expect(second.learning.status.adapting).toMatchObject({ learned: 6 });
  });

  it('comes to the same state whenever it dies, where the ledger keeps the texts', async () => {
    const ledger = newLedger();
    const store = memoryStore();
    const given = { policy: adaptive(), storePrompts: true, ledger } as const;
    const world = await learningWorld({ adapt: true }, { ...given, store });
    const states = [store.text];
    for (let at = 0; at < 6; at++) {
      await teach(world, at % 2, { text: `Question ${at}?` });
      states.push(store.text);
    }
    const state = world.learning.table!.learned!();
    // The state of any moment before, or none: what came after is learned from the ledger.
    for (const text of states) {
      const again = await learningWorld({ adapt: true }, { ...given, store: memoryStore(text) });
      expect(again.learning.table!.learned!()).toEqual(state);
      expect(again.learning.status.adapting).toMatchObject({ learned: 6, lost: 0 });
    }
  });

  it('counts what it cannot learn any more, where nobody keeps the texts', async () => {
    const ledger = newLedger();
    const store = memoryStore();
    const given = { policy: adaptive(), ledger };
    const world = await learningWorld({ adapt: true }, { ...given, store });
    await teach(world, 1);
    const early = store.text;
    await teach(world, 1);
    await teach(world, 1);
    const again = await learningWorld({ adapt: true }, { ...given, store: memoryStore(early) });
    expect(again.learning.status.adapting).toMatchObject({ learned: 1, lost: 2 });
    expect(again.told).toEqual([{ kind: 'lost', feedback: 2 }]);
  });

  it('begins anew, and says why, where the state is not of this table, this ledger or this program', async () => {
    const ledger = newLedger();
    const store = memoryStore();
    const world = await learningWorld({ adapt: true }, { policy: adaptive(), ledger, store });
    await teach(world, 1);
    const text = store.text!;
    const reasons: unknown[] = [];
    const restart = async (given: Parameters<typeof learningWorld>[1]) => {
      const again = await learningWorld({ adapt: true }, { ledger, policy: adaptive(), ...given });
      reasons.push(...again.told.flatMap((event) => ('reason' in event ? event.reason : [])));
      expect(seen(again)).toEqual(MODELS.map(() => [0, null]));
    };
    await restart({ store: memoryStore(text), table: tableOf(adaptive(), 'e'.repeat(64)) });
    await restart({ store: memoryStore(text), ledger: newLedger() });
    await restart({ store: memoryStore(text.replace('"learned":1', '"learned":2')) });
    await restart({ store: memoryStore('{') });
    expect(reasons).toEqual([
      'it goes on from another routing table',
      'it was learned from another ledger',
      'it is not as it was written',
      'it is no JSON',
    ]);
  });

  it('is refused in one line where it cannot be', async () => {
    const refusal = async (...given: Parameters<typeof learningWorld>) => {
      const error = await learningWorld(...given).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).not.toContain('\n');
      return (error as Error).message;
    };
    expect(await refusal({ adapt: true }, { policy: always('lab/a') })).toMatch(
      /"by-hand" holds "always@lab\/a", which does not learn/,
    );
    expect(await refusal({ explore: 0.1 }, { table: null })).toMatch(/learning\.explore is set/);
    expect(await refusal({ adapt: true }, { table: null })).toMatch(/learning\.adapt is set/);
  });
});

describe('the file of a learned state', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is replaced whole, whatever an earlier process left behind', async () => {
    const path = join(folder, 'service.duckdb.learned.json');
    const file = learnedStateFile(path);
    expect(await file.read()).toBeNull();
    writeFileSync(`${path}.unfinished`, 'half of somethi');
    await file.write('one');
    await file.write('two');
    expect(await file.read()).toBe('two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['service.duckdb.learned.json']);
  });
});

it('learns alike from a linear bandit, whose state comes back as it was', async () => {
  const { cold } = (await import('../../../src/routers/registry.js')).routers.get('thompson')!;
  const policy = cold!(MODELS, { seed: 1, settings: {}, costScale: 1, costWeight: 0.1 });
  expect(policyFromDocument(policy.toDocument()).id).toBe(policy.id);
  const ledger = newLedger();
  const store = memoryStore();
  const world = await learningWorld({ adapt: true }, { policy, ledger, store });
  for (let at = 0; at < 4; at++) await teach(world, at % 2);
  const again = await learningWorld({ adapt: true }, { policy, ledger, store });
  expect(again.learning.table!.learned!()).toEqual(world.learning.table!.learned!());
  expect(again.learning.status.adapting).toMatchObject({ learned: 4 });
});
