import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/hash.js';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { switchyard, temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';
import { inProcess } from './in-process.js';
import { readLedger } from './service-ledger.js';
import { LEDGER, modelsBehind, post, serve, WIRES, writeConfig, writeTable } from './serving.js';

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn | null = null;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  await standIn?.close();
  standIn = null;
  folder.remove();
});

const ask = (url: string, text: string, further: object = {}) =>
  post(`${url}${WIRES[0].path}`, WIRES[0].body('simulated/small', text, further));

test('without a word of configuration it serves the simulated models, and logs each request by its id', async () => {
  const service = await serve(folder.path);
  expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(service.pid).toBe(service.child.pid);
  const answered = await ask(service.url, 'Hello');
  expect(answered.status).toBe(200);
  expect(answered.headers.get('x-switchyard-simulated')).toBe('true');
  await answered.text();
  const id = answered.headers.get('x-switchyard-operation')!;
  const health = await fetch(`${service.url}/health`);
  expect(health.status).toBe(200);
  const { code, out, err } = await service.stop();
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  expect(err).not.toMatch(/\n\s+at /);
  const logged = err.split('\n').find((line) => line.includes(id));
  expect(JSON.parse(logged ?? '')).toMatchObject({ status: 200 });
  expect(existsSync(join(folder.path, 'results/service.duckdb'))).toBe(true);
});

test('asked to end, it finishes the stream under way, takes no more, and the next start has all of it', {
  timeout: 30_000,
}, async () => {
  standIn = await startStandIn({ answerKey: writeSums(folder.path, 3), seed: 1, latencyMs: 600 });
  const config = { models: modelsBehind(standIn.url) };
  const service = await serve(folder.path, { config });
  const [{ path, body }] = WIRES;
  const underWay = Promise.all(
    [true, false].map(async (stream) => {
      const chat = body('open/small', `Under way ${stream}`, { stream });
      const answered = await post(`${service.url}${path}`, chat);
      return { status: answered.status, text: await answered.text() };
    }),
  );
  while (standIn.account().attempts < 2) await new Promise((wait) => setTimeout(wait, 10));
  await new Promise((wait) => setTimeout(wait, 50));
  const stopped = service.stop();
  await new Promise((wait) => setTimeout(wait, 100));
  const late = await ask(service.url, 'Too late').then(
    ({ status }) => status,
    () => 'refused',
  );
  expect([503, 'refused']).toContain(late);
  const [streamed, whole] = await underWay;
  expect(streamed).toMatchObject({ status: 200, text: expect.stringContaining('data: [DONE]') });
  expect(whole!.status).toBe(200);
  expect((await stopped).code).toBe(0);

  const again = await serve(folder.path, { config });
  await again.stop();
  const { operations } = await readLedger(folder.path);
  const answered = operations.filter(({ status }) => status === 200);
  expect(answered).toHaveLength(2);
  expect(answered.every(({ error }) => error === null)).toBe(true);
});

describe('mistakes are one clear line', () => {
  async function mistake(args: readonly string[], config: Readonly<Record<string, unknown>> = {}) {
    writeConfig(folder.path, { models: ['simulated/small'], ...config });
    const command = ['serve', '--config', 'service.yaml', ...args];
    const { code, out, err } = await inProcess(command, folder.path);
    expect(out).toBe('');
    const lines = err.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    return { code, line: lines[0]! };
  }

  test('a port that is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const { code, line } = await mistake(['--port', String(port)]);
    expect(code).toBe(2);
    expect(line).toMatch(new RegExp(`${port}.*taken`));
    holder.close();
  });

  test('a ledger that another service writes', async () => {
    const holder = await serve(folder.path, { config: { models: ['simulated/small'] } });
    const { code, line } = await mistake(['--port', '0']);
    expect(code).toBe(2);
    expect(line).toMatch(new RegExp(`${LEDGER.replace('.', '\\.')}.*${holder.pid}`));
    expect((await ask(holder.url, 'Still here?')).status).toBe(200);
    await holder.stop();
  });

  test('an address that others reach, without keys', async () => {
    const { code, line } = await mistake(['--port', '0', '--host', '0.0.0.0']);
    expect(code).toBe(2);
    expect(line).toMatch(/0\.0\.0\.0.*(key|tenant)/);
  });

  test('a member that does not exist, with its place', async () => {
    const { code, line } = await mistake(['--port', '0'], { cahce: { enabled: false } });
    expect(code).toBe(2);
    expect(line).toMatch(/service\.yaml:1:\d+.*cahce/);
  });

  test('a table that is none', async () => {
    const { code, line } = await mistake(['--port', '0'], { table: './service.yaml' });
    expect(code).toBe(2);
    expect(line).toContain('service.yaml');
  });

  test('a table whose models are not served', async () => {
    const model = 'maker/elsewhere';
    const policy = { router: 'always', dial: model, models: [model], parameters: {} };
    const { code, line } = await mistake(['--port', '0'], {
      table: writeTable(folder.path, policy),
    });
    expect(code).toBe(2);
    expect(line).toContain(model);
  });
});

test('a new key lets its tenant in, from elsewhere, too, by a host that is allowed', async () => {
  const made = await inProcess(['serve', '--new-key', 'new', '--json'], folder.path);
  expect(made).toMatchObject({ code: 0, err: '' });
  const { key, sha256: hash } = JSON.parse(made.out);
  expect(hash).toBe(sha256(key));
  expect(key.length).toBeGreaterThanOrEqual(32);
  expect(readdirSync(folder.path)).toEqual([]);
  const service = await serve(folder.path, {
    config: {
      host: '0.0.0.0',
      allowed_hosts: ['gateway.example'],
      models: ['simulated/small'],
      tenants: [{ id: 'new', key_sha256: hash }],
    },
  });
  const statusFor = (host: string, authorization: string) =>
    new Promise<number>((resolve, reject) => {
      const { port } = new URL(service.url);
      const headers = { host, authorization };
      request({ host: '127.0.0.1', port, path: '/v1/models', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  expect(await statusFor('gateway.example', `Bearer ${key}`)).toBe(200);
  expect(await statusFor('127.0.0.1', `Bearer ${key}`)).toBe(200);
  expect(await statusFor('evil.example', `Bearer ${key}`)).toBe(403);
  expect(await statusFor('127.0.0.1', 'Bearer sk-wrong')).toBe(401);
  expect(await statusFor('127.0.0.1', '')).toBe(401);
  await service.stop();
});

test('what was served comes back to the bench as outcomes', { timeout: 30_000 }, async () => {
  const service = await serve(folder.path, {
    config: {
      models: ['simulated/small', 'simulated/medium'],
      store_prompts: true,
      snapshots: { folder: './snapshots', every_minutes: 60 },
    },
  });
  for (let i = 0; i < 12; i++) {
    const model = i % 2 === 0 ? 'simulated/small' : 'simulated/medium';
    const { path, body } = WIRES[i % 2]!;
    const chat = body(model, `What is ${i >> 1} + 2?`, { stream: i % 3 === 0 });
    await (await post(`${service.url}${path}`, chat)).text();
  }
  expect((await service.stop()).code).toBe(0);
  const snapshot = join(folder.path, 'snapshots');
  expect(readdirSync(snapshot, { recursive: true }).join()).toContain('.parquet');
  const imported = await switchyard(
    ['import', 'service', 'snapshots', '--name', 'served', '--json', '--quiet'],
    { cwd: folder.path },
  );
  expect(imported).toMatchObject({ code: 0, err: '' });
  const { prompts, models } = JSON.parse(imported.out);
  expect(prompts).toBe(6);
  expect(models).toHaveLength(2);
  for (const { outcomes } of models) expect(outcomes).toBe(6);
});
