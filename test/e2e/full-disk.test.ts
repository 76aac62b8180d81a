import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { switchyard, temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';

const folder = temporaryFolder();
const disk = join(folder.path, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0;

afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  folder.remove();
});

// Only an administrator may mount a small disk.
test.skipIf(!mounted)(
  'a full disk ends the run with one clear line, and claims nothing',
  async () => {
    writeSums(folder.path, 4000);
    const models = 'models: [simulated/small, simulated/medium]';
    writeFileSync(join(folder.path, 'e.yaml'), `name: full\ndataset: ./sums.jsonl\n${models}\n`);
    const { code, out, err } = await switchyard(
      ['run', 'e.yaml', '--quiet', '--db', 'disk/store.duckdb'],
      { cwd: folder.path },
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/store\.duckdb.*(disk|space)/i),
    ]);
  },
);
