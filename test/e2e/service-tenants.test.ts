import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toUsd } from '../../src/costs/index.js';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';
import { readLedger, textsInLedger } from './service-ledger.js';
import { modelsBehind, post, type Served, serve, tenant, WIRES } from './serving.js';

const ALICE = 'sk-alice-5f0c9d27e1';
const BOB = 'sk-bob-81b2c7706a';
const ADMIN = 'sk-admin-c03f55d12e';
const CAROL = 'sk-carol-9d1e0b6a44';
const UPSTREAM_KEY = 'sk-upstream-77ab3c9120';
const KEYS = [ALICE, BOB, ADMIN, CAROL, UPSTREAM_KEY];
const CAROLS_CAP_USD = 0.001;

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;
let service: Served;

beforeEach(async () => {
  folder = temporaryFolder();
  standIn = await startStandIn({ answerKey: writeSums(folder.path, 10), seed: 1 });
});

afterEach(async () => {
  await service?.kill();
  await standIn.close();
  folder.remove();
});

async function startService(further: Readonly<Record<string, unknown>> = {}) {
  service = await serve(folder.path, {
    config: {
      models: modelsBehind(standIn.url, { api_key_env: 'UPSTREAM_API_KEY' }),
      tenants: [
        tenant('alice', ALICE),
        tenant('bob', BOB),
        tenant('boss', ADMIN, { admin: true }),
        tenant('carol', CAROL, { daily_usd: CAROLS_CAP_USD, soft_share: 0.5 }),
      ],
      ...further,
    },
    args: ['--log-level', 'debug'],
    env: { UPSTREAM_API_KEY: UPSTREAM_KEY },
  });
}

async function ask(key: string, text: string, further: object = {}, wire = 0) {
  const { path, body } = WIRES[wire]!;
  const headers = wire === 0 ? { authorization: `Bearer ${key}` } : { 'x-api-key': key };
  const answered = await post(`${service.url}${path}`, body('open/small', text, further), headers);
  return { status: answered.status, headers: answered.headers, text: await answered.text() };
}

const get = (path: string, key: string) =>
  fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${key}` } });

test('an answer is repeated to the tenant who paid for it, and to nobody else', async () => {
  await startService();
  for (const wire of [0, 1]) {
    for (const stream of [false, true]) {
      const text = `The same prompt, ${wire} ${stream}`;
      const caches: (string | null)[] = [];
      const asked = standIn.account().attempts;
      for (const key of [ALICE, ALICE, BOB, BOB, ADMIN]) {
        const { headers } = await ask(key, text, { stream }, wire);
        caches.push(headers.get('x-switchyard-cache'));
      }
      expect(caches).toEqual(['miss', 'hit', 'miss', 'hit', 'miss']);
      expect(standIn.account().attempts).toBe(asked + 3);
    }
  }
});

test('a budget warns, then refuses, and is never passed, after a restart neither', async () => {
  await startService();
  const answers: { status: number; warning: string | null }[] = [];
  const spend = async () => {
    for (let i = 0; i < 200; i++) {
      const further = { max_tokens: 200 };
      const { status, headers } = await ask(CAROL, `Request ${answers.length}`, further);
      answers.push({ status, warning: headers.get('x-switchyard-warning') });
      if (status === 402) return;
    }
  };
  await spend();
  expect(answers.at(-1)!.status).toBe(402);
  const answered = answers.slice(0, -1);
  expect(answered.every(({ status }) => status === 200)).toBe(true);
  const firstWarning = answered.findIndex(({ warning }) => warning !== null);
  expect(firstWarning).toBeGreaterThan(0);
  expect(answered.slice(firstWarning).every(({ warning }) => warning !== null)).toBe(true);
  // Only carol is out of money.
  expect((await ask(ALICE, 'Hello')).status).toBe(200);

  expect((await service.stop()).code).toBe(0);
  const { operations } = await readLedger(folder.path);
  const booked = operations.filter(({ tenant }) => tenant === 'carol');
  const spent = booked.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
  expect(toUsd(spent)).toBeLessThanOrEqual(CAROLS_CAP_USD);
  expect(toUsd(spent)).toBeGreaterThan(CAROLS_CAP_USD / 2);
  expect(booked.at(-1)).toMatchObject({ status: 402, cost: 0, model: null });

  await startService();
  expect((await ask(CAROL, 'One more', { max_tokens: 200 })).status).toBe(402);
});

test('costs are shown to whom they belong, and all of them to an admin', async () => {
  await startService();
  for (let i = 0; i < 3; i++) await ask(ALICE, `Alice ${i}`);
  for (let i = 0; i < 5; i++) await ask(BOB, `Bob ${i}`);
  for (const path of [
    '/v1/costs/daily?days=2',
    '/v1/costs/by-model',
    '/v1/costs/report?group_by=tenant',
    '/v1/cache/stats',
  ]) {
    const seen: Record<string, string> = {};
    for (const [name, key] of [
      ['alice', ALICE],
      ['bob', BOB],
      ['boss', ADMIN],
    ] as const) {
      const answered = await get(path, key);
      expect(answered.status).toBe(200);
      expect(answered.headers.get('cache-control')).toBe('private, no-store');
      seen[name] = await answered.text();
    }
    expect(seen.alice).not.toContain('bob');
    expect(seen.bob).not.toContain('alice');
    expect(seen.alice).not.toBe(seen.bob);
    expect(seen.boss).not.toBe(seen.bob);
    expect((await fetch(`${service.url}${path}`)).status).toBe(401);
  }
  const everybodys = await (await get('/v1/costs/report?group_by=tenant', ADMIN)).text();
  expect(everybodys).toContain('alice');
  expect(everybodys).toContain('bob');
});

describe('what is written down', { timeout: 60_000 }, () => {
  const MARK = 'xylophone-marmalade-4711';
  const RARE_ANSWER = 'This simulated model knows only the prompts of its answer key.';

  /** Everything that can go well or wrong, each with the mark in the prompt. */
  async function askOfEverything() {
    for (const wire of [0, 1]) {
      for (const stream of [false, true]) {
        await ask(ALICE, `Tell me of the ${MARK}`, { stream }, wire);
        await ask(ALICE, `Tell me of the ${MARK}`, { stream }, wire);
      }
      const refused = [
        await ask('sk-wrong-key-123456', MARK, {}, wire),
        await ask(ALICE, MARK, { model: 'open/smal' }, wire),
        await ask(ALICE, MARK, { max_tokens: -1 }, wire),
        await ask(CAROL, MARK, { max_tokens: 1_000_000 }, wire),
        await ask(ALICE, MARK, { temperature: MARK }, wire),
      ];
      expect(refused.every(({ status }) => status >= 400)).toBe(true);
      for (const { text } of refused) for (const key of KEYS) expect(text).not.toContain(key);
    }
  }

  /** Every file of the folder but the configuration and the dataset, by its bytes. */
  function files(): ReadonlyMap<string, Buffer> {
    const paths = readdirSync(folder.path, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(folder.path, path)).isFile())
      .filter((path) => !['service.yaml', 'sums.jsonl'].includes(path));
    return new Map(paths.map((path) => [path, readFileSync(join(folder.path, path))]));
  }

  test('has no key in it, and no prompt or answer', async () => {
    await startService();
    await askOfEverything();
    const running = files();
    const { code, out, err } = await service.stop();
    expect(code).toBe(0);
    const stopped = files();
    expect(stopped.size).toBeGreaterThan(0);
    // Compressed, a text is not found among the bytes.
    const texts = await textsInLedger(folder.path);
    for (const secret of [...KEYS, MARK, RARE_ANSWER]) {
      expect(out + err).not.toContain(secret);
      for (const [path, bytes] of [...running, ...stopped]) {
        expect(bytes.includes(secret), `${secret} in ${path}`).toBe(false);
      }
      for (const text of texts) expect(text).not.toContain(secret);
    }
  });

  test('has prompts and answers where that was asked for, and still no key', async () => {
    await startService({ store_prompts: true });
    await askOfEverything();
    const { out, err } = await service.stop();
    const texts = await textsInLedger(folder.path);
    expect(texts.some((text) => text.includes(MARK))).toBe(true);
    expect(texts.some((text) => text.includes(RARE_ANSWER))).toBe(true);
    expect(out + err).not.toContain(MARK);
    for (const key of KEYS) {
      expect(out + err).not.toContain(key);
      for (const text of texts) expect(text).not.toContain(key);
      for (const [path, bytes] of files()) {
        expect(bytes.includes(key), `a key in ${path}`).toBe(false);
      }
    }
  });
});
