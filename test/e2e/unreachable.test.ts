import { expect, test } from 'vitest';
import { switchyard, temporaryFolder } from './command.js';
import { writeExperiment, writeSums } from './experiment-files.js';

// Apart from the other mistakes, as the retries in it wait in real time while those run.
test('an address where nobody listens fails with the reason, not with a trace', {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder();
  try {
    writeSums(folder.path, 1);
    writeExperiment(folder.path, 'http://127.0.0.1:9', [
      { id: 'x/small', api: 'openai', timeoutSeconds: 1 },
    ]);
    const { code, err } = await switchyard(['run', 'sums.yaml', '--quiet'], { cwd: folder.path });
    expect(code).toBe(1);
    expect(err.trimEnd().split('\n')).toEqual([expect.stringMatching(/x\/small.*connection/i)]);
  } finally {
    folder.remove();
  }
});
