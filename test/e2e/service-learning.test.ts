import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { switchyard, temporaryFolder } from './command.js';
import { queryLedger } from './service-ledger.js';
import { LEDGER, type Served, serve, tenant, writeTable } from './serving.js';

const MODELS = ['simulated/small', 'simulated/medium', 'simulated/large'];
const unseen = { scores: 0, quality: 0.5, costs: 0, cost: 0 };
const ADAPTIVE = {
  router: 'adaptive',
  dial: '1',
  models: MODELS,
  parameters: {
    quality_weight: 1,
    cost_weight: 0,
    exploration: 1,
    state: { version: 1, overall: MODELS.map(() => unseen), kinds: [] },
  },
};
const CONFIG = {
  tenants: [
    tenant('ann', 'ann-key'),
    tenant('bob', 'bob-key'),
    tenant('boss', 'boss-key', { admin: true }),
  ],
  learning: { adapt: true, explore: 0.1, judge: { model: 'simulated/judge', share: 1 } },
};
const REQUESTS = 6;

let folder: ReturnType<typeof temporaryFolder>;
let service: Served | null = null;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await service?.kill();
  folder.remove();
});

const headers = (key: string) => ({
  authorization: `Bearer ${key}-key`,
  'content-type': 'application/json',
});

async function ask(text: string): Promise<string> {
  const response = await fetch(`${service!.url}/v1/generate`, {
    method: 'POST',
    headers: headers('ann'),
    body: JSON.stringify({ prompt: text }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { operation_id: string }).operation_id;
}

async function tell(operation_id: string, score: number, key = 'ann'): Promise<number> {
  const response = await fetch(`${service!.url}/v1/feedback`, {
    method: 'POST',
    headers: headers(key),
    body: JSON.stringify({ operation_id, score }),
  });
  await response.text();
  return response.status;
}

interface Learning {
  readonly adapting: {
    readonly learned: number;
    readonly passed_over: number;
    readonly lost: number;
  };
  readonly judging: { readonly drawn: number; readonly waiting: number };
}

async function learning(): Promise<Learning> {
  const response = await fetch(`${service!.url}/v1/learning`, { headers: headers('boss') });
  return (await response.json()) as Learning;
}

/** Asks until it is so: what is judged is judged later. */
async function until(isSo: (learning: Learning) => boolean): Promise<Learning> {
  for (;;) {
    const now = await learning();
    if (isSo(now)) return now;
  }
}

describe('a service that learns', () => {
  test('keeps what it was told through a kill, learns from each once, and refuses what is forged or told twice', async () => {
    const args = ['--table', writeTable(folder.path, ADAPTIVE)];
    service = await serve(folder.path, { config: CONFIG, args });
    const ids: string[] = [];
    for (let at = 0; at < REQUESTS; at++) ids.push(await ask(`What is ${at} + 2?`));
    expect(await tell(ids[0]!, 1, 'bob')).toBe(404);
    expect(await tell(ids[0]!, 1, 'boss')).toBe(404);
    expect(await tell('op_forged', 1)).toBe(404);
    const scores = [1, 0, 0.5, 1, 0, 0.5];
    const both = await Promise.all([tell(ids[0]!, 1), tell(ids[0]!, 1)]);
    expect(both.sort()).toEqual([200, 409]);
    for (const [at, id] of ids.entries()) {
      expect(await tell(id, scores[at]!)).toBe(at === 0 ? 409 : 200);
    }
    const settled = await until(
      ({ adapting: { learned, passed_over } }) => learned + passed_over === 2 * REQUESTS,
    );
    expect(settled.judging).toMatchObject({ drawn: REQUESTS, waiting: 0 });
    expect(settled.adapting).toMatchObject({ lost: 0, learned: expect.any(Number) });
    expect(settled.adapting.learned).toBeGreaterThanOrEqual(REQUESTS);
    await service.kill();

    service = await serve(folder.path, { config: CONFIG, args });
    const again = await learning();
    expect(again.adapting.lost).toBe(0);
    expect(again.adapting).toEqual(settled.adapting);
    expect(await tell(ids[1]!, 1)).toBe(409);
    expect((await service.stop()).code).toBe(0);
    service = null;

    const [counts] = await queryLedger(
      folder.path,
      `SELECT count(*) FILTER (source = 'caller')::INT AS callers, count(*) FILTER (source = 'judge')::INT AS judges,
         count(DISTINCT operation_id)::INT AS operations FROM feedback`,
    );
    expect(counts).toEqual({ callers: REQUESTS, judges: REQUESTS, operations: REQUESTS });
    const judged = await queryLedger(
      folder.path,
      `SELECT DISTINCT tenant, origin, probability, propensity > 0 AS drawn FROM judged_operations WHERE source = 'judge'`,
    );
    expect(judged).toEqual([{ tenant: 'ann', origin: 'simulated', probability: 1, drawn: true }]);
    expect(existsSync(join(folder.path, `${LEDGER}.learned.json`))).toBe(true);
    const written = readdirSync(folder.path).filter((name) => name.startsWith(LEDGER));
    for (const name of written) {
      expect([name, statSync(join(folder.path, name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  test('ends in one line where the table cannot do what is asked of it', async () => {
    const always = {
      router: 'always',
      dial: MODELS[0]!,
      models: MODELS.slice(0, 1),
      parameters: {},
    };
    const table = writeTable(folder.path, always);
    await expect(
      serve(folder.path, { config: { learning: { adapt: true } }, args: ['--table', table] }),
    ).rejects.toThrow(/ended with 2: .*learning\.adapt.*does not learn/s);
    const { code, err } = await switchyard(
      ['serve', '--port', '0', '--quiet', '--config', 'service.yaml'],
      { cwd: folder.path },
    );
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('there is no routing table');
  });
});
