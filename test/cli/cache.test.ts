import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCacheCalibration } from '../../src/caches/index.js';
import { main } from '../../src/cli/index.js';
import { developmentPairs } from '../caches/development-pairs.js';
import { memoryIo } from './memory-io.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'switchyard-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const pair = (id: number, [a, b]: readonly [string, string], same: boolean) => ({
  id: `p${id}`,
  a,
  b,
  same,
  kind: same ? 'paraphrase' : 'changed',
  split: id % 2 === 0 ? 'calibration' : 'test',
});
const lines = (count: number) =>
  [
    ...developmentPairs.same.slice(0, count).map((one, id) => pair(id, one, true)),
    ...developmentPairs.different.slice(0, count).map((one, id) => pair(100 + id, one, false)),
  ].map((one) => JSON.stringify(one));

async function calibrate(file: readonly string[], ...flags: string[]) {
  writeFileSync(join(cwd, 'pairs.jsonl'), `${file.join('\n')}\n`);
  const io = memoryIo({ cwd });
  const code = await main(['cache', 'calibrate', 'pairs.jsonl', ...flags], io);
  return { code, out: io.outText(), err: io.errText() };
}

describe('switchyard cache calibrate', () => {
  test('writes what the service reads, and shows the choice with and without guards', async () => {
    const { code, out, err } = await calibrate(lines(12), '--max-false-hits', '0.4');
    expect(code).toBe(0);
    expect(out).toContain('Threshold 0.5: the lowest from which on');
    expect(out).toMatch(/similarity alone +0?[\d.–]/);
    expect(out).toMatch(/paraphrase +same +calibration +6/);
    expect(err).toContain('cache: { semantic: { calibration: results/cache-calibration.json } }');
    const text = readFileSync(join(cwd, 'results/cache-calibration.json'), 'utf8');
    const calibration = parseCacheCalibration(text, 'file', 'embedding:local:1');
    expect(calibration).toMatchObject({
      threshold: 0.5,
      max_false_hits: 0.4,
      test: { different: 6, falseHits: 0 },
    });
  });

  test('exits 3 where no threshold keeps the bound, and says how to go on', async () => {
    const { code, out, err } = await calibrate(lines(6), '--json', '-o', 'c.json');
    expect(code).toBe(3);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      path: 'c.json',
      threshold: null,
      spend_usd: 0,
      max_false_hits: 0.01,
      embeddings: 'embedding:local:1',
    });
    expect(JSON.parse(out).calibration[0]).toMatchObject({ threshold: 0.5, false_hits: 0 });
  });

  test.each([
    ['{"id": "x", "a": "1", "b": " ", "same": true, "kind": "k"}', '`b` found " ", expected text'],
    ['{"id": "x", "a": "1", "b": "2", "same": 1, "kind": "k"}', '`same` found 1, expected true'],
    ['{"id": "p0", "a": "1", "b": "2", "same": true, "kind": "k"}', 'the id "p0" is there before'],
    ['{', 'not JSON at column 2'],
  ])('tells what is wrong with %s', async (line, problem) => {
    const { code, err } = await calibrate([...lines(2), line]);
    expect(code).toBe(2);
    expect(err).toContain(`pairs.jsonl:5: ${problem}`);
  });

  test.each([
    [['--max-false-hits', '0'], '--max-false-hits is 0: give a share above 0 and below 1'],
    [['--embeddings', 'x'], '--embeddings "x"'],
  ])('refuses %j in one line', async (flags, message) => {
    const { code, err } = await calibrate(lines(2), ...flags);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('asks for pairs of both sorts', async () => {
    const { code, err } = await calibrate([JSON.stringify(pair(0, ['a', 'b'], true))]);
    expect(code).toBe(2);
    expect(err).toContain('no pair with "same": false in the calibration part');
  });
});
