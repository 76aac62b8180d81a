import { expect, test } from 'vitest';
import { summarizeRun } from '../../src/experiments/index.js';
import { openMemoryStore } from '../../src/store/index.js';
import { aFailure, anOutcome, aPrompt, aRun, aScore } from '../store/samples.js';

test('counts unscored answers, not verdicts, and gathers reasons over requests', async () => {
  const { runs } = openMemoryStore();
  const run = aRun({ models: ['maker/small'], judge: 'rubric' });
  const ids = ['p1', 'p2', 'p3', 'p4'];
  await runs.createRun(
    run,
    ids.map((id) => aPrompt({ id })),
  );
  const failure = (id: string) => `server: HTTP 500: down (request req_${id})`;
  for (const promptId of ['p1', 'p2']) {
    await runs.addOutcome(anOutcome({ promptId }), []);
  }
  for (const promptId of ['p3', 'p4']) {
    await runs.addOutcome(aFailure({ promptId, error: failure(promptId) }), []);
  }
  const verdict = (promptId: string, repeat: number, score: number | null) =>
    runs.addScore(
      aScore({
        promptId,
        judge: 'rubric',
        repeat,
        scoreKey: `k${repeat}`,
        score,
        unscored: score === null ? `judge call failed: ${failure(promptId + repeat)}` : null,
      }),
      [],
    );
  await verdict('p1', 1, null);
  await verdict('p1', 2, null);
  await verdict('p2', 1, null);
  await verdict('p2', 2, 1);
  const summary = await summarizeRun(runs, run);
  expect(summary.cells).toMatchObject({ done: 2, failed: 2, unscored: 1 });
  expect(summary.failures).toEqual([{ reason: 'server: HTTP 500: down', cells: 2 }]);
  expect(summary.unscored).toEqual([
    {
      judge: 'rubric',
      reason: 'judge call failed: server: HTTP 500: down',
      verdicts: 3,
      asked: 4,
    },
  ]);
});
