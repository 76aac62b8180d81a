import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli/index.js';
import { memoryIo } from './memory-io.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function told(...argv: readonly string[]) {
  const io = memoryIo({ cwd: folder });
  expect(await main(argv, io)).toBe(0);
  return io.errText();
}

test.each([
  ['scored', '1', 'Next: switchyard compare scored\n', 'Next: switchyard compare scored\n'],
  ['unscored', '', 'Next: switchyard show unscored\n', ''],
])('outcomes that are %s', async (name, score, afterImport, afterShow) => {
  writeFileSync(
    join(folder, 'mine.csv'),
    `prompt_id,prompt,model,score,cost_usd\np,Hello ${name},my/a,${score},0.1\np,Hello ${name},my/b,${score},0.2\n`,
  );
  const imported = await told('import', 'outcomes', 'mine.csv', '--name', name);
  expect(imported.slice(imported.indexOf('Next:'))).toBe(afterImport);
  expect(await told('show', name)).toBe(afterShow);
  expect(await told('list')).toBe(`Next: switchyard show ${name}\n`);
});
