import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/index.js';
import {
  aComparison,
  aFailure,
  anOutcome,
  aPricing,
  aPrompt,
  aRoutingTable,
  aRun,
  aScore,
  someUsage,
} from './samples.js';

/** What every store does, wherever it keeps its rows. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  const withRun = async (): Promise<Store> => {
    const store = await open();
    await store.runs.createRun(aRun(), [aPrompt(), aPrompt({ id: 'p2' })]);
    return store;
  };

  describe(`${name}: runs`, () => {
    it('gives back a run and its prompts as they were created', async () => {
      await using store = await open();
      const prompts = [
        aPrompt({ id: 'z' }),
        aPrompt({ id: 'a', reference: null, grader: null, difficulty: null, metadata: {} }),
        aPrompt({ id: 'm', messages: [], domain: '', group: 'g', split: 'test' }),
      ];
      await store.runs.createRun(aRun({ spec: null }), prompts);
      expect(await store.runs.findRun('run-1')).toEqual(aRun({ spec: null }));
      expect(await store.runs.readPrompts('run-1')).toEqual(prompts);
      expect(await store.runs.readPrompts('run-2')).toEqual([]);
    });

    it('finds a run by id before name, and the latest of a name', async () => {
      await using store = await open();
      await store.runs.createRun(aRun({ id: 'a', startedAt: '2026-03-02T00:00:00.000Z' }), []);
      await store.runs.createRun(aRun({ id: 'b', startedAt: '2026-03-03T00:00:00.000Z' }), []);
      await store.runs.createRun(aRun({ id: 'c', startedAt: '2026-03-01T00:00:00.000Z' }), []);
      await store.runs.createRun(aRun({ id: 'd', name: 'c' }), []);
      expect((await store.runs.findRun('first'))?.id).toBe('b');
      expect((await store.runs.findRun('c'))?.id).toBe('c');
      expect(await store.runs.findRun('nothing')).toBeNull();
      expect((await store.runs.listRuns()).map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c']);
    });

    it('refuses a run id twice, and leaves the first as it was', async () => {
      await using store = await withRun();
      await expect(store.runs.createRun(aRun({ name: 'other' }), [])).rejects.toThrow(
        'Run "run-1" already exists',
      );
      expect(await store.runs.findRun('run-1')).toEqual(aRun());
    });

    it('changes the status of a run', async () => {
      await using store = await withRun();
      const endedAt = '2026-03-01T13:00:00.250Z';
      await store.runs.setRunStatus('run-1', 'interrupted', endedAt);
      expect(await store.runs.findRun('run-1')).toEqual(aRun({ status: 'interrupted', endedAt }));
      await store.runs.setRunStatus('run-1', 'running', null);
      expect(await store.runs.findRun('run-1')).toEqual(aRun());
      await expect(store.runs.setRunStatus('no', 'complete', null)).rejects.toThrow(
        'There is no run "no"',
      );
    });

    it('reads outcomes in the order of the plan, whatever the order they came in', async () => {
      await using store = await withRun();
      const cells = [
        anOutcome({ promptId: 'p1', model: 'maker/small', trial: 1 }),
        anOutcome({ promptId: 'p1', model: 'maker/small', trial: 2, usage: null, cost: null }),
        anOutcome({ promptId: 'p1', model: 'maker/large', cost: 0, recordedScore: 0.1 }),
        aFailure({ promptId: 'p2', model: 'maker/small' }),
      ];
      await Promise.all(cells.toReversed().map((cell) => store.runs.addOutcome(cell, [])));
      expect(await store.runs.readOutcomes('run-1')).toEqual(cells);
      expect(await store.runs.readOutcomes('run-2')).toEqual([]);
    });

    it('replaces a failed outcome and never a done one; its usage adds up', async () => {
      await using store = await withRun();
      await store.runs.addOutcome(aFailure(), [someUsage({ operationId: 'a' })]);
      await store.runs.addOutcome(aFailure({ attempts: 2 }), [someUsage({ operationId: 'b' })]);
      await store.runs.addOutcome(anOutcome(), [someUsage({ operationId: 'c' })]);
      await expect(
        store.runs.addOutcome(aFailure(), [someUsage({ operationId: 'd' })]),
      ).rejects.toThrow('already done');
      expect(await store.runs.readOutcomes('run-1')).toEqual([anOutcome()]);
      const ledger = await store.runs.readUsage('run-1');
      expect(ledger.map(({ operationId }) => operationId)).toEqual(['a', 'b', 'c']);
    });

    it('refuses only what is wrong among writes asked for together', async () => {
      await using store = await withRun();
      const results = await Promise.allSettled([
        store.runs.addOutcome(aFailure(), [someUsage({ operationId: 'a' })]),
        store.runs.addOutcome(anOutcome(), [someUsage({ operationId: 'b' })]),
        store.runs.addOutcome(anOutcome({ text: 'again' }), [someUsage({ operationId: 'c' })]),
        store.runs.addOutcome(anOutcome({ runId: 'no' }), []),
        store.runs.addOutcome(anOutcome({ promptId: 'p2', cost: 0.5 }), []),
        store.runs.addScore(aScore(), []),
        store.runs.addScore(aScore({ score: 0 }), [someUsage({ operationId: 'd' })]),
        store.runs.addScore(aScore({ scoreKey: 's2', score: 2 }), []),
        store.runs.addScore(aScore({ scoreKey: 's3', score: null }), []),
        store.runs.addUsage([someUsage({ operationId: 'e' }), someUsage({ runId: 'no' })]),
        store.runs.addUsage([someUsage({ operationId: 'f' })]),
      ]);
      const said = results.map((result) =>
        result.status === 'fulfilled' ? 'ok' : String(result.reason.message),
      );
      expect(said).toEqual([
        'ok',
        'ok',
        expect.stringContaining('already done'),
        'There is no run "no"',
        'Expected `outcomes.cost_nano_usd` to be a safe integer, got 0.5',
        'ok',
        expect.stringContaining('already scored'),
        expect.stringContaining('Expected a score from 0 to 1'),
        expect.stringContaining('exactly one of score and unscored'),
        'There is no run "no"',
        'ok',
      ]);
      expect(await store.runs.readOutcomes('run-1')).toEqual([anOutcome()]);
      expect(await store.runs.readScores('run-1')).toEqual([aScore()]);
      const ledger = await store.runs.readUsage('run-1');
      expect(ledger.map(({ operationId }) => operationId)).toEqual(['a', 'b', 'f']);
    });

    it('replaces an unscored verdict and never a scored one', async () => {
      await using store = await withRun();
      const unscored = aScore({ score: null, unscored: 'no number in the answer' });
      await store.runs.addScore(unscored, []);
      expect(await store.runs.readScores('run-1')).toEqual([unscored]);
      await store.runs.addScore(aScore({ score: 0 }), [someUsage({ purpose: 'judge' })]);
      await expect(store.runs.addScore(unscored, [])).rejects.toThrow('already scored');
      expect(await store.runs.readScores('run-1')).toEqual([aScore({ score: 0 })]);
    });

    it('keeps scores of prompts apart that share a text and so a key', async () => {
      await using store = await withRun();
      await store.runs.addScore(aScore({ promptId: 'p1' }), []);
      await store.runs.addScore(aScore({ promptId: 'p2', score: 0 }), []);
      expect((await store.runs.readScores('run-1')).map(({ score }) => score)).toEqual([1, 0]);
    });

    it('totals the ledger by purpose and origin, unknown costs left out', async () => {
      await using store = await withRun();
      const records = [
        someUsage({ pricing: aPricing }),
        someUsage({ attempt: 2, estimated: true, usage: null, error: 'truncated' }),
        someUsage({ operationId: 'op-2', cost: null }),
        someUsage({ operationId: 'op-3', origin: 'reused', cost: 0 }),
        someUsage({ operationId: 'op-4', purpose: 'judge', cost: 5 }),
      ];
      await store.runs.addUsage(records);
      expect(await store.runs.readUsage('run-1')).toEqual(records);
      expect(await store.runs.totalSpend('run-1')).toEqual([
        { purpose: 'candidate', origin: 'live', records: 3, estimated: 1, cost: 2_000_000_000 },
        { purpose: 'candidate', origin: 'reused', records: 1, estimated: 0, cost: 0 },
        { purpose: 'judge', origin: 'live', records: 1, estimated: 0, cost: 5 },
      ]);
      expect(await store.runs.totalSpend('run-2')).toEqual([]);
    });

    it('finds the oldest done outcome of a key in any run', async () => {
      await using store = await withRun();
      await store.runs.createRun(aRun({ id: 'run-2' }), []);
      const early = '2026-02-01T00:00:00.000Z';
      await store.runs.addOutcome(anOutcome({ cellKey: 'k' }), []);
      await store.runs.addOutcome(
        anOutcome({ runId: 'run-2', cellKey: 'k', completedAt: early }),
        [],
      );
      await store.runs.addOutcome(aFailure({ promptId: 'p2', cellKey: 'failed' }), []);
      const found = await store.runs.findOutcomesByKey(['k', 'k', 'failed', 'absent']);
      expect([...found.keys()]).toEqual(['k']);
      expect(found.get('k')).toEqual(
        anOutcome({ runId: 'run-2', cellKey: 'k', completedAt: early }),
      );
      expect((await store.runs.findOutcomesByKey([])).size).toBe(0);
    });

    it('finds scores by key, unscored verdicts never', async () => {
      await using store = await withRun();
      await store.runs.addScore(aScore({ scoreKey: 'k', score: 0 }), []);
      await store.runs.addScore(aScore({ scoreKey: 'u', score: null, unscored: 'why' }), []);
      await store.runs.addOutcome(anOutcome(), []);
      const found = await store.runs.findScoresByKey(['k', 'u']);
      const { text } = anOutcome();
      expect([...found]).toEqual([
        ['k', [{ answer: text, score: aScore({ scoreKey: 'k', score: 0 }) }]],
      ]);
    });

    it('tells scores of one key apart by the answer, the oldest of each first', async () => {
      await using store = await withRun();
      const early = '2026-02-01T00:00:00.000Z';
      const verdicts = [
        { runId: 'run-1', text: 'yes', score: 1 },
        { runId: 'run-2', text: 'no', score: 0, completedAt: early },
        { runId: 'run-3', text: 'yes', score: 0.5, completedAt: early },
      ];
      for (const { runId, text, ...verdict } of verdicts) {
        if (runId !== 'run-1') await store.runs.createRun(aRun({ id: runId }), [aPrompt()]);
        await store.runs.addOutcome(anOutcome({ runId, text }), []);
        await store.runs.addScore(aScore({ runId, scoreKey: 'k', ...verdict }), []);
      }
      const found = (await store.runs.findScoresByKey(['k'])).get('k');
      expect(found?.map(({ answer, score }) => [answer, score.runId])).toEqual([
        ['no', 'run-2'],
        ['yes', 'run-3'],
      ]);
    });

    it('imports a whole run, and resumes where the import ended', async () => {
      await using store = await open();
      const prompts = [aPrompt(), aPrompt({ id: 'p2' })];
      const outcomes = [anOutcome({ usage: null }), aFailure({ promptId: 'p2' })];
      await store.runs.importRun(
        aRun({ kind: 'import' }),
        prompts,
        outcomes,
        [aScore()],
        [someUsage()],
      );
      expect(await store.runs.readPrompts('run-1')).toEqual(prompts);
      expect(await store.runs.readOutcomes('run-1')).toEqual(outcomes);
      expect(await store.runs.readScores('run-1')).toEqual([aScore()]);
      expect(await store.runs.readUsage('run-1')).toEqual([someUsage()]);
      await expect(store.runs.addOutcome(anOutcome(), [])).rejects.toThrow('already done');
      await expect(store.runs.addScore(aScore(), [])).rejects.toThrow('already scored');
      await store.runs.addOutcome(anOutcome({ promptId: 'p2' }), []);
      expect((await store.runs.readOutcomes('run-1')).length).toBe(2);
    });

    it.each([
      ['a cell twice', [anOutcome(), anOutcome()], [], 'already done'],
      ['a row of another run', [anOutcome({ runId: 'other' })], [], 'other'],
      ['a score out of range', [anOutcome()], [aScore({ score: 10 })], 'from 0 to 1'],
      ['a cost in dollars', [anOutcome({ cost: 0.25 })], [], 'cost_nano_usd'],
      ['a time that is none', [anOutcome({ completedAt: 'yesterday' })], [], 'completed_at'],
    ])('imports nothing of a run with %s', async (_, outcomes, scores, says) => {
      await using store = await open();
      await expect(store.runs.importRun(aRun(), [aPrompt()], outcomes, scores, [])).rejects.toThrow(
        says,
      );
      expect(await store.runs.findRun('run-1')).toBeNull();
      expect(await store.runs.readPrompts('run-1')).toEqual([]);
      await store.runs.importRun(aRun(), [aPrompt()], [anOutcome()], [], []);
      expect(await store.runs.readOutcomes('run-1')).toEqual([anOutcome()]);
    });
  });

  describe(`${name}: evaluations`, () => {
    it('gives back the latest comparison of a run as it was added', async () => {
      await using store = await open();
      expect(await store.evaluations.latestEvaluation('run-1')).toBeNull();
      const first = await store.evaluations.addEvaluation(aComparison());
      const later = aComparison({ warnings: ['later'], tradeoffs: [] });
      const second = await store.evaluations.addEvaluation(later);
      await store.evaluations.addEvaluation(aComparison({ run: 'run-2' }));
      expect(first).not.toBe(second);
      expect(await store.evaluations.latestEvaluation('run-1')).toEqual(later);
    });

    it('counts the readings of a test part over all runs of the data', async () => {
      await using store = await open();
      await store.evaluations.addEvaluation(aComparison());
      await store.evaluations.addEvaluation(aComparison({ run: 'run-2' }));
      await store.evaluations.addEvaluation(aComparison({ splitSeed: 4 }));
      expect(await store.evaluations.countTestReadings('data', 3)).toBe(2);
      expect(await store.evaluations.countTestReadings('data', 4)).toBe(1);
      expect(await store.evaluations.countTestReadings('other', 3)).toBe(0);
    });
  });

  describe(`${name}: routing tables`, () => {
    it('takes the same table twice', async () => {
      await using store = await open();
      await store.tables.addRoutingTable(aRoutingTable(), 'abc', 'results/table.json');
      await store.tables.addRoutingTable(aRoutingTable(), 'abc', 'results/other.json');
    });
  });
}
