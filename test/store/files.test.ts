import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { UserError } from '../../src/user-error.js';
import { startHolder } from './other-process.js';
import { anOutcome, aRun, aScore, someUsage } from './samples.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);

async function refusal(task: () => Promise<unknown>): Promise<{ line: string; exitCode: number }> {
  const error = await task().then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  expect(error.message).not.toContain('\n');
  return { line: error.message, exitCode: error.exitCode };
}

async function inDuckDB(path: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

describe('opening a store', () => {
  it('creates the file and its folders', async () => {
    const path = file('deep/er/store.duckdb');
    await (await openStore(path)).close();
    expect(existsSync(path)).toBe(true);
    expect(existsSync(`${path}.wal`)).toBe(false);
  });

  it('says in one line what is wrong with a file', async () => {
    writeFileSync(file('text.txt'), 'Dear diary,');
    writeFileSync(file('empty'), '');
    mkdirSync(file('folder.duckdb'));
    await inDuckDB(file('foreign.duckdb'), 'CREATE TABLE people (name VARCHAR)');
    const says = async (path: string, readOnly = false) =>
      (await refusal(() => openStore(path, { readOnly }))).line.replaceAll(folder, '…');
    expect(await says(file('text.txt'))).toBe(
      '"…/text.txt" is not a DuckDB database: name another file with --db, or move this one away',
    );
    expect(await says(file('empty'))).toContain('is not a DuckDB database');
    expect(await says(file('folder.duckdb'))).toBe(
      'Database "…/folder.duckdb" is a directory: name a file with --db',
    );
    expect(await says(file('foreign.duckdb'))).toContain(
      'belongs to another program (it has a table "people"',
    );
    expect(await says(file('none.duckdb'), true)).toContain('There is no database');
    expect(await says(file('text.txt/store.duckdb'))).toContain('is a file, not a folder');
    expect(await says('s3://bucket/store.duckdb')).toContain('path of a local file');
    expect(await says(':memory:')).toContain('path of a local file');
    expect(existsSync(file('none.duckdb'))).toBe(false);
  });

  it('refuses a file of a newer schema', async () => {
    const path = file('newer.duckdb');
    await (await openStore(path)).close();
    await inDuckDB(
      path,
      `INSERT INTO schema_migrations VALUES (99, 'from the future', TIMESTAMP '2030-01-01')`,
    );
    const { line, exitCode } = await refusal(() => openStore(path));
    expect(line).toContain('has schema version 99, this program knows up to 3: update the program');
    expect(exitCode).toBe(2);
  });

  it('brings a file of an older schema up to date with what it holds', async () => {
    const path = file('older.duckdb');
    const before = await openStore(path);
    await before.runs.createRun(aRun(), []);
    await before.runs.addUsage([someUsage()]);
    await before.close();
    await inDuckDB(
      path,
      'DROP TABLE batches',
      'ALTER TABLE usage ALTER COLUMN latency_ms SET NOT NULL',
      'DELETE FROM schema_migrations WHERE version = 3',
    );
    expect((await refusal(() => openStore(path, { readOnly: true }))).line).toContain(
      'has schema version 2, this program needs 3',
    );
    await using store = await openStore(path);
    await store.runs.addUsage([someUsage({ latencyMs: null })]);
    const usage = await store.runs.readUsage('run-1');
    expect(usage.map(({ latencyMs }) => latencyMs)).toEqual([250.5, null]);
    expect(await store.batches.readOpenBatches()).toEqual([]);
  });

  it('names the process that holds the file, whether it is to be written or only read', async () => {
    const path = file('held.duckdb');
    const holder = await startHolder(path, 'hold');
    try {
      for (const readOnly of [false, true]) {
        const { line, exitCode } = await refusal(() => openStore(path, { readOnly }));
        expect(line).toBe(
          `Database "${path}" is in use by another process (PID ${holder.pid}): wait until it ends or stop it, or name another file with --db`,
        );
        expect(exitCode).toBe(2);
      }
    } finally {
      await holder.kill();
    }
    await (await openStore(path)).close();
  });

  it('refuses a damaged write-ahead log and says where it is', async () => {
    const path = file('log.duckdb');
    const writer = await startHolder(path, 'write');
    await writer.printed(30);
    await writer.kill();
    const log = readFileSync(`${path}.wal`);
    const middle = Math.floor(log.length / 2);
    log[middle] = (log[middle] ?? 0) ^ 0xff;
    writeFileSync(`${path}.wal`, log);
    const { line, exitCode } = await refusal(() => openStore(path));
    expect(line).toContain(`The write-ahead log "${path}.wal" is damaged`);
    expect(exitCode).toBe(1);
  });

  it('refuses a damaged file', async () => {
    const whole = file('whole.duckdb');
    await (await openStore(whole)).close();
    copyFileSync(whole, file('damaged.duckdb'));
    const bytes = readFileSync(whole);
    writeFileSync(file('damaged.duckdb'), bytes.fill(7, 4096, bytes.length / 2));
    writeFileSync(file('cut.duckdb'), readFileSync(whole).subarray(0, 20_000));
    for (const name of ['damaged.duckdb', 'cut.duckdb']) {
      const { line } = await refusal(() => openStore(file(name)));
      expect(line).toContain('is damaged: restore it from a backup');
    }
  });

  it.skipIf(process.getuid?.() === 0)('refuses to write to a file it may only read', async () => {
    const path = file('kept.duckdb');
    await (await openStore(path)).close();
    chmodSync(path, 0o444);
    expect((await refusal(() => openStore(path))).line).toContain('No permission for database');
    await (await openStore(path, { readOnly: true })).close();
  });
});

describe('an open store', () => {
  it('can be opened again in the same process, by another name too, without losing writes', async () => {
    const path = file('shared.duckdb');
    const first = await openStore(path);
    symlinkSync(path, file('alias.duckdb'));
    const second = await openStore(file('alias.duckdb'));
    await first.runs.createRun(aRun(), []);
    const both = await Promise.allSettled([
      first.runs.addOutcome(anOutcome(), []),
      second.runs.addOutcome(anOutcome(), []),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await first.close();
    await second.runs.addScore(aScore(), []);
    await second.close();
    await using again = await openStore(path);
    expect(await again.runs.readOutcomes('run-1')).toEqual([anOutcome()]);
    expect(await again.runs.readScores('run-1')).toEqual([aScore()]);
  });

  it('refuses to write where it was opened for reading', async () => {
    const path = file('reading.duckdb');
    await (await openStore(path)).close();
    await using store = await openStore(path, { readOnly: true });
    const { line } = await refusal(() => store.runs.createRun(aRun(), []));
    expect(line).toContain('is open for reading only');
    expect((await refusal(() => store.runs.addUsage([someUsage()]))).line).toContain(
      'reading only',
    );
    expect((await refusal(() => openStore(path))).line).toContain('reading only');
    expect(await store.runs.listRuns()).toEqual([]);
  });

  it('writes what is waiting when it is closed, and takes nothing after', async () => {
    const path = file('closing.duckdb');
    const store = await openStore(path);
    await store.runs.createRun(aRun(), []);
    const waiting = store.runs.addOutcome(anOutcome(), []);
    const reading = store.runs.listRuns();
    await Promise.all([store.close(), store.close()]);
    await waiting;
    expect((await reading).length).toBe(1);
    await expect(store.runs.addOutcome(anOutcome({ trial: 2 }), [])).rejects.toThrow('is closed');
    await expect(store.runs.listRuns()).rejects.toThrow('is closed');
    await using again = await openStore(path);
    expect(await again.runs.readOutcomes('run-1')).toEqual([anOutcome()]);
  });
});

describe('a full disk', () => {
  it('rejects what is not durable and keeps what is', async ({ skip, onTestFinished }) => {
    const disk = file('tiny-disk');
    skip(!mountTinyDisk(disk), 'needs the right to mount a tmpfs');
    onTestFinished(() => {
      execFileSync('umount', ['-l', disk]);
    });
    const path = join(disk, 'full.duckdb');
    const store = await openStore(path);
    await store.runs.createRun(aRun(), []);
    const text = 'no space left '.repeat(2000);
    const kept: number[] = [];
    const refused: unknown[] = [];
    for (let trial = 1; refused.length === 0; trial += 2) {
      await Promise.all(
        [trial, trial + 1].map((each) =>
          store.runs.addOutcome(anOutcome({ trial: each, text }), []).then(
            () => kept.push(each),
            (reason: unknown) => refused.push(reason),
          ),
        ),
      );
    }
    expect(refused.length).toBe(2);
    expect(refused[0]).toBeInstanceOf(UserError);
    expect(refused[0]).toMatchObject({ exitCode: 1 });
    expect(String(refused[0])).toContain(`The disk of database "${path}" is full`);
    await store.close();
    await using again = await openStore(path, { readOnly: true });
    const found = await again.runs.readOutcomes('run-1');
    expect(kept.length).toBeGreaterThan(2);
    expect(found.map(({ trial }) => trial)).toEqual(kept);
  });
});

function mountTinyDisk(path: string): boolean {
  if (process.platform !== 'linux') return false;
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
