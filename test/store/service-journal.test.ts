import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openServiceLedger, openStore } from '../../src/store/index.js';
import { decodeSegment, encodeBatch } from '../../src/store/service/journal-lines.js';
import { UserError } from '../../src/user-error.js';
import { anEntry } from './service-samples.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
let files = 0;
const newPath = (): string => {
  files += 1;
  mkdirSync(join(folder, String(files)));
  return join(folder, String(files), 'service.duckdb');
};
const journalsOf = (path: string): readonly string[] =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.journal-`))
    .sort();

async function idsIn(path: string): Promise<readonly string[]> {
  await using ledger = await openServiceLedger(path);
  return (await ledger.recent(1000)).map(({ id }) => id).reverse();
}

async function refusal(task: Promise<unknown>): Promise<string> {
  const error = await task.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  expect(error.message).not.toContain('\n');
  return error.message.replaceAll(`${folder}/`, '');
}

/** A journal of five entries, written in batches of one, three and one; and its ledger's path. */
async function fiveEntries(): Promise<{ readonly path: string; readonly journal: Buffer }> {
  const path = newPath();
  const ledger = await openServiceLedger(path);
  await ledger.record(anEntry('a'));
  await Promise.all(['b', 'c', 'd'].map((id) => ledger.record(anEntry(id))));
  await ledger.record(anEntry('e'));
  const journal = readFileSync(`${path}.journal-1`);
  await ledger.close();
  return { path, journal };
}

const lines = (bytes: Buffer): string[] => bytes.toString().split('\n').slice(0, -1);
const seqs = (bytes: Buffer, last = true): readonly number[] =>
  decodeSegment(bytes, 'file', 0, last).map(({ seq }) => seq);

describe('a journal that was cut off or damaged', () => {
  it('gives back every whole line of it and nothing else, wherever it is cut', async () => {
    const { journal } = await fiveEntries();
    for (let length = 0; length <= journal.length; length += 1) {
      const cut = journal.subarray(0, length);
      const whole = cut.toString('latin1').split('\n').length - 1;
      expect(seqs(cut).length).toBe(whole);
    }
    expect(seqs(journal)).toEqual([1, 2, 3, 4, 5]);
  });

  it('never gives back another entry than was written, whatever byte is changed', async () => {
    const { journal } = await fiveEntries();
    const written = lines(journal);
    fc.assert(
      fc.property(fc.nat(journal.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(journal);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        try {
          for (const { seq, json } of decodeSegment(damaged, 'file', 0, true)) {
            expect(written[seq - 1]).toContain(json);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it('drops damage within the last batch, refuses it where something later was acknowledged', () => {
    const entry = Buffer.from('{"operation":{}}');
    const early = Buffer.concat([encodeBatch(1, [entry]), encodeBatch(2, [entry, entry])]);
    const late = encodeBatch(4, [entry, entry, entry]);
    const spoil = (bytes: Buffer, line: number): Buffer => {
      const all = lines(bytes);
      all[line - 1] = 'rubbish';
      return Buffer.from(`${all.join('\n')}\n`);
    };
    const journal = Buffer.concat([early, late]);
    expect(seqs(journal)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seqs(spoil(journal, 4))).toEqual([1, 2, 3]);
    expect(seqs(spoil(journal, 5))).toEqual([1, 2, 3, 4]);
    expect(seqs(spoil(journal, 6))).toEqual([1, 2, 3, 4, 5]);
    for (const line of [1, 2, 3]) {
      expect(() => seqs(spoil(journal, line))).toThrow(`"file" is damaged in line ${line}`);
    }
    expect(() => seqs(spoil(journal, 6), false)).toThrow('damaged in line 6');
    expect(() => seqs(journal.subarray(0, -5), false)).toThrow('damaged in line 6');
    // A place that was skipped is no damage.
    expect(seqs(Buffer.concat([early, encodeBatch(9, [entry])]))).toEqual([1, 2, 3, 9]);
  });

  it('is refused with file, line and mend; with that line deleted the rest is there', async () => {
    const { journal } = await fiveEntries();
    const path = newPath();
    const damaged = lines(journal);
    damaged[1] = damaged[1]?.replace('"shop"', '"desk"') ?? '';
    writeFileSync(`${path}.journal-7`, `${damaged.join('\n')}\n`);
    expect(await refusal(openServiceLedger(path))).toBe(
      `The ledger's journal "${files}/service.duckdb.journal-7" is damaged in line 2: restore the file from a backup, or delete that line to go on without its operation`,
    );
    // What came whole before it is not lost, and comes only once.
    const early = encodeBatch(1, [Buffer.from(JSON.stringify(anEntry('early')))]);
    writeFileSync(`${path}.journal-6`, early);
    writeFileSync(`${path}.journal-7`, `rubbish\n${encodeBatch(9, [early.subarray(0, 9)])}`);
    expect(await refusal(openServiceLedger(path))).toContain('journal-7" is damaged in line 1');
    damaged.splice(1, 1);
    writeFileSync(`${path}.journal-7`, `${damaged.join('\n')}\n`);
    expect(await idsIn(path)).toEqual(['early', 'c', 'd', 'e']);
    expect(journalsOf(path)).toEqual([]);
  });

  it('of a later format is refused', async () => {
    const path = newPath();
    const line = encodeBatch(1, [Buffer.from('{}')]).toString();
    writeFileSync(`${path}.journal-1`, line.replace('"journal":1', '"journal":2'));
    expect(await refusal(openServiceLedger(path))).toContain(
      'is of format 2, this program knows 1',
    );
  });
});

describe('the way from journal to ledger', () => {
  it('neither loses nor doubles what is in both', async () => {
    const { path, journal } = await fiveEntries();
    expect(journalsOf(path)).toEqual([]);
    for (const cut of [0, 1, journal.length - 3, journal.length]) {
      writeFileSync(`${path}.journal-4`, journal.subarray(0, cut));
      expect(await idsIn(path)).toEqual(['a', 'b', 'c', 'd', 'e']);
    }
    const restored = newPath();
    writeFileSync(`${restored}.journal-4`, journal);
    // Places go on where the journal ended, not where the new file began.
    const ledger = await openServiceLedger(restored);
    await ledger.record(anEntry('f'));
    expect(seqs(readFileSync(join(dirname(restored), journalsOf(restored)[0] ?? '')))).toEqual([6]);
    await ledger.close();
    expect(await idsIn(restored)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('keeps files for the owner alone, none larger than needed, and none once it is closed', async () => {
    const path = newPath();
    const ledger = await openServiceLedger(path);
    const content = { messages: [{ role: 'user', content: 'x'.repeat(1_000_000) }], answer: 'y' };
    for (let id = 0; id < 20; id += 1) {
      await ledger.record(anEntry(String(id), { content }));
      for (const name of journalsOf(path)) {
        const { mode, size } = statSync(join(dirname(path), name));
        expect(mode & 0o777).toBe(0o600);
        expect(size).toBeLessThan(10_000_000);
      }
    }
    expect((await ledger.recent(1))[0]?.content).toEqual(content);
    // All is in the tables: only the segment being written is left.
    await ledger.totals([]);
    expect(journalsOf(path)).toEqual(['service.duckdb.journal-3']);
    await ledger.close();
    expect(readdirSync(dirname(path))).toEqual(['service.duckdb']);
    expect((await idsIn(path)).length).toBe(20);
  });

  it('is kept where the ledger it went into was deleted or moved, and goes into the next', async () => {
    for (const displace of [rmSync, (path: string) => renameSync(path, `${path}.old`)]) {
      const path = newPath();
      const ledger = await openServiceLedger(path);
      await ledger.record(anEntry('a'));
      displace(path);
      await ledger.record(anEntry('b'));
      expect(await refusal(ledger.close())).toMatch(/service\.duckdb" was moved or deleted while/);
      expect(journalsOf(path)).toHaveLength(1);
      expect(await idsIn(path)).toEqual(['a', 'b']);
    }
  });

  it('may be deleted by somebody else without keeping the ledger from being closed', async () => {
    const path = newPath();
    const ledger = await openServiceLedger(path);
    await ledger.record(anEntry('a'));
    for (const name of journalsOf(path)) rmSync(join(dirname(path), name));
    await ledger.close();
    expect(await idsIn(path)).toEqual(['a']);
  });

  it('holds no prompt that the operation does not hold', async () => {
    const { journal } = await fiveEntries();
    expect(JSON.parse(lines(journal)[0] ?? '')).toMatchObject({
      journal: 1,
      seq: 1,
      batch: 1,
      entry: { operation: { id: 'a', content: null } },
    });
  });

  it('lets callers wait where the tables fall behind, and takes all of them', async () => {
    await using ledger = await openServiceLedger(newPath(), { maxWaiting: 5 });
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < 60) await ledger.record(anEntry(String(next++)));
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect((await ledger.recent(100)).length).toBe(60);
  });
});

describe('opening a ledger', () => {
  it('refuses another kind of file, a file in use, and one of a newer schema', async () => {
    const path = newPath();
    await (await openStore(path)).close();
    expect(await refusal(openServiceLedger(path))).toContain(
      'holds runs, outcomes, evaluations, routing tables, not operations and usage of a service: name another file with "ledger" in the configuration',
    );
    const own = newPath();
    const ledger = await openServiceLedger(own);
    expect(await refusal(openServiceLedger(own))).toContain('is already open: close it first');
    await ledger.close();
    expect(await refusal(openStore(own))).toContain('holds operations and usage of a service');
    const instance = await DuckDBInstance.create(own);
    const connection = await instance.connect();
    await connection.run(`INSERT INTO schema_migrations VALUES (99, 'later', now()::TIMESTAMP)`);
    connection.closeSync();
    instance.closeSync();
    expect(await refusal(openServiceLedger(own))).toContain('has schema version 99');
  });

  it('documents every table, column and view, and its views answer', async () => {
    const path = newPath();
    const ledger = await openServiceLedger(path);
    await ledger.record(anEntry('a'));
    await ledger.record(anEntry('b', { routing: null, cause: 'named' }, { cost: null }));
    await ledger.close();
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    expect(
      await read(
        `SELECT table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL
         UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL
         UNION ALL SELECT table_name || '.' || column_name FROM duckdb_columns() JOIN duckdb_tables() t USING (table_name)
         WHERE NOT t.internal AND duckdb_columns.comment IS NULL`,
      ),
    ).toEqual([]);
    const costs = {
      attempts: '2',
      estimated_attempts: '0',
      unpriced_attempts: '1',
      cost_usd: 1e-7,
    };
    expect(await read('FROM daily_cost')).toMatchObject([{ ...costs, day: '2026-11-23' }]);
    expect(await read('FROM cost_by_model')).toMatchObject([{ ...costs, model: 'maker/small' }]);
    expect(await read('FROM cost_by_tenant')).toMatchObject([
      { ...costs, tenant: 'shop', tag: null, operations: '2' },
    ]);
    expect(await read('FROM routing_log')).toMatchObject([
      {
        operation_id: 'a',
        policy: 'ridge@0.5',
        cause: 'policy',
        step_number: '1',
        step: 'call',
        step_model: 'maker/small',
        propensity: 0.75,
        eligible: ['maker/small', 'maker/large'],
        probabilities: [0.75, 0.25],
        features: '{"tokens":17,"lines":3}',
      },
      { step_number: '2', step: 'stop', eligible: [], probabilities: null },
    ]);
    connection.closeSync();
    instance.closeSync();
  });
});

describe('a full disk', () => {
  it('rejects what is not durable, keeps what is, and goes on once there is room', async ({
    skip,
    onTestFinished,
  }) => {
    const disk = join(folder, 'tiny-disk');
    skip(!mountTinyDisk(disk), 'needs the right to mount a tmpfs');
    onTestFinished(() => {
      execFileSync('umount', ['-l', disk]);
    });
    const path = join(disk, 'full.duckdb');
    const ledger = await openServiceLedger(path);
    await ledger.record(anEntry('first'));
    await ledger.totals([]);
    const ballast = join(disk, 'ballast');
    for (let kilobytes = 4096; kilobytes >= 4; kilobytes /= 2) {
      try {
        writeFileSync(ballast, Buffer.alloc(kilobytes * 1024), { flag: 'a' });
      } catch {
        // Full to the last page of this size.
      }
    }
    const content = { messages: [{ role: 'user', content: 'z'.repeat(50_000) }], answer: null };
    const refused = await Promise.allSettled(
      ['lost-1', 'lost-2'].map((id) => ledger.record(anEntry(id, { content }))),
    );
    for (const result of refused) {
      expect(result.status).toBe('rejected');
      if (result.status === 'rejected') {
        expect(result.reason).toBeInstanceOf(UserError);
        expect(String(result.reason)).toMatch(
          /journal ".*" cannot be written \(ENOSPC\): free some/,
        );
      }
    }
    rmSync(ballast);
    await ledger.record(anEntry('second'));
    const journal = journalsOf(path)[0] ?? '';
    const copy = newPath();
    copyFileSync(join(disk, journal), `${copy}.journal-1`);
    expect(await idsIn(copy)).toEqual(['first', 'second']);
    await ledger.close();
    expect(await idsIn(path)).toEqual(['first', 'second']);
  });
});

function mountTinyDisk(path: string): boolean {
  if (process.platform !== 'linux') return false;
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
