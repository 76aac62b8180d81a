import { describe, expect, it } from 'vitest';
import type { StoredBatch } from '../../src/outcomes/index.js';
import type { Store } from '../../src/store/index.js';
import { aRun, someUsage } from './samples.js';

const aBatch = (changes: Partial<StoredBatch> = {}): StoredBatch => ({
  token: 't-1',
  runId: 'run-1',
  model: 'maker/small',
  items: [
    { id: 'a', promptId: 'p1', model: 'maker/small', trial: 1, attempt: 1, cellKey: 'k1' },
    {
      id: 'b',
      promptId: 'p “2”\n',
      model: 'maker/small+none',
      trial: 2,
      attempt: 3,
      cellKey: 'k2',
    },
  ],
  stage: 'intended',
  batchId: null,
  reason: null,
  createdAt: '2026-03-01T12:00:00.125Z',
  submittedAt: null,
  endedAt: null,
  ...changes,
});

/** What every store does with batches, wherever it keeps them. */
export function describeBatchStore(name: string, open: () => Promise<Store>): void {
  const withRun = async (): Promise<Store> => {
    const store = await open();
    await store.runs.createRun(aRun(), []);
    return store;
  };

  describe(`${name}: batches`, () => {
    it('gives back the batches of a run as they were added, the oldest first', async () => {
      await using store = await withRun();
      await store.runs.createRun(aRun({ id: 'run-2' }), []);
      const later = aBatch({ token: 't-0', createdAt: '2026-03-01T12:00:01.000Z' });
      const other = aBatch({ token: 't-2', runId: 'run-2', items: [] });
      for (const batch of [later, aBatch(), other]) await store.batches.addBatch(batch);
      expect(await store.batches.readBatches('run-1')).toEqual([aBatch(), later]);
      expect(await store.batches.readBatches('run-2')).toEqual([other]);
      expect(await store.batches.readBatches('run-3')).toEqual([]);
    });

    it('takes a batch through its stages', async () => {
      await using store = await withRun();
      await store.batches.addBatch(aBatch());
      const submittedAt = '2026-03-01T12:00:02.000Z';
      const submitted = { stage: 'submitted', batchId: 'batch_1', submittedAt } as const;
      const open = { reason: null, endedAt: null };
      await store.batches.updateBatch('t-1', { ...open, ...submitted });
      expect(await store.batches.readBatches('run-1')).toEqual([aBatch(submitted)]);
      const ended = { stage: 'failed', reason: 'too long', endedAt: submittedAt } as const;
      await store.batches.updateBatch('t-1', { ...submitted, ...ended });
      expect(await store.batches.readBatches('run-1')).toEqual([
        aBatch({ ...submitted, ...ended }),
      ]);
    });

    it('tells which batches of any run are open', async () => {
      await using store = await withRun();
      await store.runs.createRun(aRun({ id: 'run-2' }), []);
      const endedAt = '2026-03-01T13:00:00.000Z';
      const open = [
        aBatch(),
        aBatch({ token: 't-3', runId: 'run-2', stage: 'submitted', batchId: 'b' }),
      ];
      for (const batch of [...open, aBatch({ token: 't-2', stage: 'collected', endedAt })]) {
        await store.batches.addBatch(batch);
      }
      expect(await store.batches.readOpenBatches()).toEqual(open);
    });

    it('refuses a token twice, an unknown run and an unknown batch', async () => {
      await using store = await withRun();
      await store.batches.addBatch(aBatch());
      await expect(store.batches.addBatch(aBatch({ model: 'other' }))).rejects.toThrow(
        'Batch "t-1" already exists',
      );
      await expect(store.batches.addBatch(aBatch({ runId: 'first' }))).rejects.toThrow(
        'There is no run "first"',
      );
      await expect(store.batches.updateBatch('t-9', aBatch())).rejects.toThrow(
        'There is no batch "t-9"',
      );
      expect(await store.batches.readBatches('run-1')).toEqual([aBatch()]);
    });

    it('keeps a record whose latency is unknown', async () => {
      await using store = await withRun();
      await store.runs.addUsage([someUsage({ latencyMs: null })]);
      expect(await store.runs.readUsage('run-1')).toEqual([someUsage({ latencyMs: null })]);
    });
  });
}
