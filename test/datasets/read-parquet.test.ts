import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { readDataset } from '../../src/datasets/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from './files.js';

const reader = createTableReader();
const folder = temporaryFolder();

/** Writes what a query gives as Parquet. */
async function parquet(name: string, query: string): Promise<string> {
  const path = join(folder.path, name);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  return path;
}

describe('Parquet', () => {
  test('typed columns give the same prompts as JSON Lines, hash included', async () => {
    const lines = folder.write(
      'p.jsonl',
      [
        '{"id":"1","prompt":"2 + 2?","reference":"4","grader":{"name":"number","tolerance":0.5},"difficulty":0.25,"metadata":{"by":"hand"}}',
        '{"id":"2","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"domain":"chat"}',
      ].join('\n'),
    );
    const table = await parquet(
      'p.parquet',
      `SELECT * FROM (VALUES
        (1::BIGINT, '2 + 2?', NULL, '4', '{"name":"number","tolerance":0.5}', NULL, 0.25::DOUBLE, '{"by":"hand"}'),
        (2, NULL, [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Hi'}], NULL, NULL, 'chat', NULL, NULL)
      ) AS t(id, prompt, messages, reference, grader, "domain", difficulty, metadata)`,
    );
    const fromLines = await readDataset(lines, { reader });
    const fromTable = await readDataset(table, { reader });
    expect(fromTable.prompts).toEqual(fromLines.prompts);
    expect(fromTable.hash).toBe(fromLines.hash);
  });

  test('problems are placed by row, columns by file', async () => {
    const rows = await parquet(
      'rows.parquet',
      `SELECT * FROM (VALUES ('a', 'Hi', 0.5), ('a', 'Ho', 1.5), ('b', NULL, NULL)) AS t(id, prompt, difficulty)`,
    );
    expect(await problemLines(readDataset(rows, { reader }), folder.path)).toEqual([
      'rows.parquet: row 2: "difficulty" must be a number from 0 to 1, got 1.5',
      'rows.parquet: row 2: duplicate id "a", first used on row 1; every prompt needs its own',
      'rows.parquet: row 3: "prompt" (or "messages") is missing',
    ]);
    const columns = await parquet('columns.parquet', `SELECT 'a' AS id, 'Hi' AS promt`);
    expect((await problemLines(readDataset(columns, { reader }), folder.path))[0]).toMatch(
      /^columns\.parquet: unknown column "promt" \(did you mean "prompt"\?\)/,
    );
  });
});
