import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTableReader } from '../../src/store/index.js';
import { UserError } from '../../src/user-error.js';
import { recorded, recordedData } from '../recorded-data.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const reader = createTableReader();

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const rows = async (path: string, allText = true) =>
  (await reader.read([path], { format: 'csv', allText })).map(({ values }) => values);

async function refusal(path: string, format: 'csv' | 'parquet' = 'csv'): Promise<string> {
  const error = await reader.read([path], { format }).then(
    (read) => new Error(`nothing was refused: ${read.length} rows`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  expect(error.message).not.toContain('\n');
  return error.message.replace(`${folder}/`, '');
}

describe('CSV', () => {
  it('reads quoted commas, quotes and newlines, with rows counted in their file', async () => {
    const one = put('one.csv', 'id,text\n1,"a, ""b""\r\nc"\n2, d \n');
    const two = put('two.csv', '\ufeffid,more\r\n3,x\r\n\r\n4,y');
    expect(await reader.read([two, one], { format: 'csv' })).toEqual([
      { file: two, row: 1, values: { id: '3', more: 'x', text: null } },
      { file: two, row: 2, values: { id: '4', more: 'y', text: null } },
      { file: one, row: 1, values: { id: '1', more: null, text: 'a, "b"\r\nc' } },
      { file: one, row: 2, values: { id: '2', more: null, text: ' d ' } },
    ]);
  });

  it('tells an empty cell from an empty text, and keeps column names as written', async () => {
    expect(await rows(put('empty.csv', ',"a ""b"", c",A,a\n,"",x,y\n'))).toEqual([
      { '': null, 'a "b", c': '', A: 'x', a: 'y' },
    ]);
    expect(await rows(put('single.csv', 'prompt\nhi; there\n\nyou | me\n'))).toEqual([
      { prompt: 'hi; there' },
      { prompt: 'you | me' },
    ]);
    expect(await rows(put('header.csv', 'a,b\n'))).toEqual([]);
  });

  it('gives numbers and booleans where asked, and text where a column holds anything else', async () => {
    const path = put(
      'types.csv',
      'n,b,zip,big,mixed,none\n1,True,01234,9007199254740993,1,\n-2.5e3,false,1,1,x,\n,,,,,\n',
    );
    expect(await rows(path, false)).toEqual([
      { n: 1, b: true, zip: '01234', big: '9007199254740993', mixed: '1', none: null },
      { n: -2500, b: false, zip: '1', big: '1', mixed: 'x', none: null },
      { n: null, b: null, zip: null, big: null, mixed: null, none: null },
    ]);
    expect((await rows(path))[0]).toMatchObject({ n: '1', b: 'True' });
  });

  it('reads cells of 30 kB and the file that is named, not a pattern', async () => {
    const wide = 'é'.repeat(15_000);
    expect(await rows(put('wide.csv', `a,b\n${wide},"${wide}"\n`))).toEqual([{ a: wide, b: wide }]);
    put('a1.csv', 'a\nwrong\n');
    expect(await rows(put('a[1].csv', 'a\nright\n'))).toEqual([{ a: 'right' }]);
    expect(await rows(put('a*.csv', 'a\nstar\n'))).toEqual([{ a: 'star' }]);
  });

  it.each([
    ['too few cells', 'a,b\n1,"x\ny"\n3\n', ':4: expected 2 cells as in the header, got 1'],
    ['too many cells', 'a,b\n1,2,3\n', ':2: expected 2 cells as in the header, got 3'],
    ['an open quote', 'a,b\n1,"2\n3,4\n', ':2: a quoted cell is never closed'],
    ['a stray quote', 'a,b\n1,"say "hi""\n', ':2: cell 2 goes on after its closing quote'],
    ['mixed line ends', 'a,b\r\n1,2\n', ':2: ends in LF, the lines before in CRLF'],
    ['old line ends', 'a,b\r1,2\r', ':1: a carriage return outside quotes'],
    ['a column twice', 'a,b,a\n1,2,3\n', ':1: two columns are named "a"'],
    ['nothing', '', ' is empty'],
    ['blank lines only', '\n\n', ' is empty'],
    ['zero bytes', 'a,b\n1,\0\n', ' is not a text file'],
  ])('refuses %s', async (_, content, says) => {
    expect(await refusal(put('bad.csv', content))).toContain(`bad.csv${says}`);
  });

  it('refuses what is not UTF-8, not CSV, not there or not local', async () => {
    const latin = Buffer.from('a,b\n1,2\ncaf\xe9,3\n', 'latin1');
    expect(await refusal(put('latin.csv', latin))).toBe(
      'latin.csv:3: not valid UTF-8: save the file as UTF-8',
    );
    expect(await refusal(put('p.csv', 'PAR1…'))).toContain('p.csv is a Parquet file');
    expect(await refusal(join(folder, 'absent.csv'))).toBe('There is no file absent.csv');
    mkdirSync(join(folder, 'dir.csv'));
    expect(await refusal(join(folder, 'dir.csv'))).toBe(
      'dir.csv is a directory: name a file in it',
    );
    for (const address of ['https://example.org/a.csv', 's3://bucket/a.csv']) {
      expect(await refusal(address)).toContain('path of a local file');
    }
  });

  it('refuses a line of 100 MB with one line', async () => {
    const long = put('long.csv', Buffer.concat([Buffer.from('a\n1\n'), Buffer.alloc(1e8, 0x78)]));
    expect(await refusal(long)).toBe(
      'long.csv:3: longer than 16 MB, or a quote in it is never closed',
    );
  });

  it('gives back any table that was written', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '🙂', '"', ',', '\n', '\r\n', ' ', '#', '\\'),
    });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        async (table, end) => {
          const lines = table.map((row) => row.map(quote).join(','));
          const path = put('any.csv', ['x,y', ...lines].join(end));
          expect(await rows(path)).toEqual(table.map(([x, y]) => ({ x, y })));
        },
      ),
      { numRuns: 50, seed: 3 },
    );
  });
});

describe('Parquet', () => {
  const parquet = async (name: string, select: string): Promise<string> => {
    const path = join(folder, name);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    return path;
  };

  it('reads numbers, times and nested values as plain data', async () => {
    const path = await parquet(
      'kinds.parquet',
      `SELECT 'é' AS t, 42::BIGINT AS i, 0.000123::DECIMAL(38, 18) AS d, 'NaN'::DOUBLE AS nan, true AS b,
         NULL::INTEGER AS n, DATE '2026-03-01' AS day, TIMESTAMP '2026-03-01 12:00:00.5' AS at,
         [1, NULL] AS list, {'role': 'user', 'n': 1::BIGINT} AS struct, MAP {'k': 1} AS map`,
    );
    const [row] = await reader.read([path], { format: 'parquet' });
    expect(row).toEqual({
      file: path,
      row: 1,
      values: {
        t: 'é',
        i: 42,
        d: 0.000123,
        nan: null,
        b: true,
        n: null,
        day: '2026-03-01',
        at: '2026-03-01T12:00:00.500Z',
        list: [1, null],
        struct: { role: 'user', n: 1 },
        map: { k: 1 },
      },
    });
  });

  it('keeps the order of many rows', async () => {
    const path = await parquet('many.parquet', 'SELECT range AS i FROM range(300000)');
    const read = await reader.read([path], { format: 'parquet' });
    expect(read.every(({ row, values }) => values.i === row - 1)).toBe(true);
    expect(read.length).toBe(300_000);
  });

  it('refuses a number it would have to change, and what is no Parquet', async () => {
    const unsafe = await parquet('unsafe.parquet', 'SELECT 9007199254740993 AS id');
    expect(await refusal(unsafe, 'parquet')).toContain(
      'unsafe.parquet: row 1, column "id": the number 9007199254740993 has more digits',
    );
    expect(await refusal(put('text.parquet', 'id\n1\n'), 'parquet')).toContain(
      'is not a Parquet file',
    );
    expect(await refusal(put('cut.parquet', 'PAR1 and then nothing'), 'parquet')).toContain(
      'cut.parquet cannot be read as Parquet',
    );
    expect(await refusal(put('none.parquet', ''), 'parquet')).toContain('is empty');
  });
});

describe.skipIf(!recordedData)('recorded data', () => {
  it('reads the 57 files of MMLU, with the accuracy known for them', async () => {
    const responses = recorded('routellm', 'mmlu', 'responses');
    const files = readdirSync(responses)
      .sort()
      .map((name) => join(responses, name));
    const read = await reader.read(files, { format: 'csv' });
    expect([files.length, read.length]).toEqual([57, 14_042]);
    const right = read.filter(({ values }) => values['gpt-4-1106-preview'] === 'True').length;
    expect(right / read.length).toBeCloseTo(0.805797, 6);
  });

  it('reads RouterBench, whose first column has no name', async () => {
    const read = await reader.read([recorded('routerbench', 'winograde_test.csv')], {
      format: 'csv',
    });
    expect(read.length).toBe(380);
    expect(read[0]?.values['']).toMatch(/^\d+$/);
  });
});
