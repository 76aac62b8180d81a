import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CostTracker } from '../../src/costs/index.js';
import { importOutcomes, toRun } from '../../src/outcomes/index.js';
import type { LedgerEntry, Operation } from '../../src/service/index.js';
import { createTableReader, openMemoryLedger } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from '../datasets/files.js';
import { aJudgement, anEntry, anOperation, aVerdict, someUsage } from '../store/service-samples.js';

const reader = createTableReader();
const folder = temporaryFolder();
let folders = 0;

/** The folder of a snapshot of these entries. */
async function snapshotOf(...entries: readonly LedgerEntry[]): Promise<string> {
  folders += 1;
  const target = join(folder.path, String(folders));
  await using ledger = openMemoryLedger(new CostTracker());
  for (const entry of entries) await ledger.record(entry);
  await ledger.snapshot(target);
  return target;
}
const importOf = async (...entries: readonly LedgerEntry[]) =>
  importOutcomes('service', await snapshotOf(...entries), { reader });

const asks = (prompt: string, answer: string | null = `re: ${prompt}`): Partial<Operation> => ({
  promptHash: `hash of ${prompt}`,
  content: {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: prompt },
    ],
    answer,
  },
});

describe('import service', () => {
  test('one prompt a distinct hash, with the answer, cost and tokens of the model that gave it', async () => {
    const { routing } = anOperation();
    const run = await importOf(
      anEntry('a', asks('one'), { cost: 70, latencyMs: 9.5 }),
      {
        operation: anOperation({
          id: 'b',
          ...asks('two'),
          model: 'maker/large',
          cause: 'fallback',
          routing: routing === null ? null : { ...routing, domain: 'mail' },
        }),
        usage: [
          someUsage({ operationId: 'b', cost: 1, error: 'timeout' }),
          someUsage({
            operationId: 'b',
            attempt: 2,
            model: 'maker/large',
            cost: 20,
            error: 'rate',
          }),
          someUsage({
            operationId: 'b',
            attempt: 3,
            model: 'maker/large',
            cost: 300,
            latencyMs: 4,
          }),
        ],
      },
      anEntry('c', { ...asks('one'), model: 'maker/large' }, { model: 'maker/large', cost: null }),
      anEntry('d', asks('one', 'again'), { cost: 5 }),
      anEntry('e', { ...asks('one'), cache: 'hit', cause: 'cache' }),
      anEntry('f', { ...asks('three'), model: null, error: 'timeout' }),
      anEntry('g', { promptHash: 'unknown' }),
      anEntry('h', asks('four', null)),
      anEntry('i', { ...asks('five'), origin: 'simulated' }, { origin: 'simulated' }),
      anEntry('j', asks('six'), { estimated: true, usage: null }),
    );
    expect(run.prompts.map(({ id, messages, domain }) => [id, messages.at(-1), domain])).toEqual([
      ['hash of one', { role: 'user', content: 'one' }, null],
      ['hash of two', { role: 'user', content: 'two' }, 'mail'],
      ['hash of six', { role: 'user', content: 'six' }, null],
    ]);
    expect(run.models).toEqual(['maker/small', 'maker/large']);
    expect(run.costBasis).toBe('usd');
    expect(
      run.cells.map(({ promptId, model, trial, text, cost, latencyMs, score, usage }) => [
        promptId.slice(8),
        model.slice(6),
        trial,
        text,
        cost,
        latencyMs,
        score,
        usage?.input ?? null,
      ]),
    ).toEqual([
      ['one', 'small', 1, 're: one', 70, 9.5, null, 10],
      ['two', 'large', 1, 're: two', 320, 4, null, 10],
      ['one', 'large', 1, 're: one', null, 10.5, null, 10],
      ['six', 'small', 1, 're: six', 100, 10.5, null, null],
    ]);
    expect(run.notes).toEqual([
      '1 of 10 operations were answered from the cache; left out',
      '1 of 10 operations failed; left out',
      '1 of 10 operations have no prompt stored; left out',
      '1 of 10 operations have no text as answer; left out',
      '1 of 10 operations repeat a prompt to the same model, whose first answer is taken; left out',
      '1 of 10 operations are simulated among live ones; left out',
      '1 costs are estimates, as no count of tokens arrived',
      "1 operations paid for other calls too (other models tried, verifiers, embeddings); an answer's cost here is its own model's alone",
      '4 of 4 outcomes have no score; they are unscored, not wrong',
      '1 of 4 outcomes have no cost; it is unknown, not 0',
    ]);
    const { run: stored, outcomes } = toRun(run, {
      name: 'x',
      now: '2026-11-23',
      codeVersion: '1',
    });
    expect([stored.simulated, outcomes[0]?.origin]).toEqual([false, 'recorded']);
  });

  test('scores are those of a judge who drew lots, and never what callers said', async () => {
    const target = join(folder.path, 'judged');
    await using ledger = openMemoryLedger(new CostTracker());
    for (const id of ['a', 'b', 'c', 'd']) await ledger.record(anEntry(id, asks(id), { cost: 7 }));
    await ledger.recordFeedback(aJudgement('a', { score: 0.5 }, { cost: 900 }));
    await ledger.recordFeedback(aJudgement('b', { score: null, unscored: 'the judge was busy' }));
    await ledger.recordFeedback(aVerdict('a', { score: 0 }));
    await ledger.recordFeedback(aVerdict('c', { score: 1 }));
    await ledger.snapshot(target);
    const { cells, notes } = await importOutcomes('service', target, { reader });
    expect(cells.map(({ score, unscored, cost }) => [score, unscored, cost])).toEqual([
      [0.5, null, 7],
      [null, 'the judge was busy', 7],
      [null, 'no judge was to look at this answer', 7],
      [null, 'no judge was to look at this answer', 7],
    ]);
    expect(notes).toContain(
      '1 of 4 answers have a score, by a judge that looked at a random sample',
    );
  });

  test('simulated answers stay simulated', async () => {
    const imported = await importOf(
      anEntry('a', { ...asks('one'), origin: 'simulated' }, { origin: 'simulated' }),
    );
    expect(imported.notes[0]).toBe('every answer is simulated: never evidence');
    const { run, outcomes } = toRun(imported, { name: 'x', now: '2026-11-23', codeVersion: '1' });
    expect([run.simulated, outcomes[0]?.origin]).toEqual([true, 'simulated']);
  });

  test('what cannot be imported is one line', async () => {
    const problems = async (path: string) =>
      problemLines(importOutcomes('service', path, { reader }), folder.path);
    expect(await problems(await snapshotOf(anEntry('a'), anEntry('b')))).toEqual([
      expect.stringMatching(
        /^\d+: no operation has its prompt and answer stored: set store_prompts/,
      ),
    ]);
    expect(await problems(await snapshotOf(anEntry('a', { cache: 'hit', ...asks('x') })))).toEqual([
      expect.stringMatching(/none of 1 operations was answered by a model anew$/),
    ]);
    expect(await problems(await snapshotOf())).toEqual([
      expect.stringMatching(/none of 0 operations was answered by a model anew$/),
    ]);
    mkdirSync(join(folder.path, 'nothing'));
    folder.write('nothing/operations-3.parquet', 'PAR1');
    expect(await problems(join(folder.path, 'nothing'))).toEqual([
      expect.stringMatching(/^nothing: has no snapshot of a service/),
    ]);
    expect(await problems(folder.write('file.parquet', 'PAR1'))).toEqual([
      expect.stringMatching(/^file\.parquet: expected the folder that the service writes/),
    ]);
  });

  test('the latest whole snapshot is read', async () => {
    const path = await snapshotOf(anEntry('a', asks('one')), anEntry('b', asks('two')));
    folder.write(`${folders}/operations-10.parquet`, 'PAR1');
    expect((await importOutcomes('service', path, { reader })).cells.length).toBe(2);
  });
});
