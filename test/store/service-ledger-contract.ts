import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServiceLedger } from '../../src/service/index.js';
import { createTableReader } from '../../src/store/index.js';
import { aJudgement, anEntry, anOperation, aVerdict, someUsage } from './service-samples.js';

/** What every ledger keeps to. `open` gives a new, empty one; `folder` is for its snapshots. */
export function describeServiceLedger(
  name: string,
  open: () => Promise<ServiceLedger>,
  folder: string,
): void {
  describe(name, () => {
    it('shows at once everything that was acknowledged, newest first', async () => {
      await using ledger = await open();
      expect(await ledger.recent(5)).toEqual([]);
      const content = {
        messages: [{ role: 'user', content: 'Line\nbreak, "quote", \0 and 😀' }],
        answer: null,
      };
      const first = anEntry('op-1', { content, cost: null, cacheSaving: null, routing: null });
      const second = anEntry('op-2', { tenant: 'desk', tag: 'mail', firstByteMs: null });
      const third = anEntry('op-3', { model: null, cause: null, error: 'timeout', status: 504 });
      await ledger.record(first);
      await ledger.record(second);
      expect(await ledger.recent(5)).toEqual([second.operation, first.operation]);
      await ledger.record(third);
      expect(await ledger.recent(2)).toEqual([third.operation, second.operation]);
      expect(await ledger.recent(5, 'desk')).toEqual([second.operation]);
      expect(await ledger.recent(5, 'nobody')).toEqual([]);
    });

    it('adds up by every group, with the default of live money', async () => {
      await using ledger = await open();
      await Promise.all([
        ledger.record({
          operation: anOperation({ id: 'a', tag: 'mail', model: 'maker/large' }),
          usage: [
            someUsage({ operationId: 'a', cost: 1, error: 'timeout' }),
            someUsage({ operationId: 'a', attempt: 2, model: 'maker/large', cost: 20 }),
          ],
        }),
        ledger.record({
          operation: anOperation({ id: 'b', cache: 'hit', cacheSaving: 300, cost: 0 }),
          usage: [],
        }),
        ledger.record(anEntry('c', { tenant: 'desk' }, { cost: null, usage: null })),
        ledger.record(anEntry('d', { origin: 'simulated' }, { origin: 'simulated', cost: 4000 })),
        ledger.record(
          anEntry(
            'e',
            { receivedAt: '2026-12-01T00:00:00.000Z' },
            { cost: 50_000, estimated: true },
          ),
        ),
      ]);
      const sums = async (...parameters: Parameters<ServiceLedger['totals']>) =>
        (await ledger.totals(...parameters)).map(
          ({ keys, operations, attempts, unknown, cost, cacheSaving }) =>
            [...keys, operations, attempts, unknown, cost, cacheSaving] as const,
        );
      expect(await ledger.totals([])).toEqual([
        {
          keys: [],
          operations: 4,
          cacheHits: 1,
          attempts: 4,
          estimated: 1,
          unknown: 1,
          cost: 50_021,
          cacheSaving: 300,
          inputTokens: 30,
          outputTokens: 15,
        },
      ]);
      expect(await sums([], { origin: 'simulated' })).toEqual([[1, 1, 0, 4000, 0]]);
      expect(await sums(['month'])).toEqual([
        ['2026-11', 3, 3, 1, 21, 300],
        ['2026-12', 1, 1, 0, 50_000, 0],
      ]);
      expect(await sums(['tag', 'model'], { to: '2026-11-23' })).toEqual([
        ['mail', 'maker/large', 1, 1, 0, 20, 0],
        ['mail', 'maker/small', 1, 1, 0, 1, 0],
        [null, 'maker/small', 2, 1, 1, 0, 300],
      ]);
      expect(await sums(['tenant'], { tenant: 'desk' })).toEqual([['desk', 1, 1, 1, 0, 0]]);
      expect(await sums(['purpose'], { from: '2026-11-24' })).toEqual([
        ['candidate', 1, 1, 0, 50_000, 0],
      ]);
      expect(await sums(['day'], { from: '2027-01-01' })).toEqual([]);
      expect(await sums([], { from: '2027-01-01' })).toEqual([[0, 0, 0, 0, 0]]);
      await expect(ledger.totals([], { from: '2026-02-30' })).rejects.toThrow(/`from`.*2026-02-30/);
    });

    it('says what a tenant was booked since a moment, live and simulated', async () => {
      await using ledger = await open();
      await ledger.record(anEntry('a', { receivedAt: '2026-11-23T10:00:00.000Z' }, { cost: 1 }));
      await ledger.record(anEntry('b', { receivedAt: '2026-11-23T10:00:00.001Z' }, { cost: 20 }));
      await ledger.record(
        anEntry('c', { receivedAt: '2026-11-24T00:00:00Z' }, { origin: 'simulated', cost: 300 }),
      );
      await ledger.record(anEntry('d', {}, { cost: null }));
      await ledger.record(anEntry('e', { tenant: 'desk' }, { cost: 4000 }));
      expect(await ledger.spent('shop', '2026-11-23T10:00:00.001Z')).toBe(320);
      expect(await ledger.spent('shop', '2026-11-01T00:00:00Z')).toBe(321);
      expect(await ledger.spent('nobody', '2026-11-01T00:00:00Z')).toBe(0);
      await expect(ledger.spent('shop', 'noon')).rejects.toThrow(/`since`.*noon/);
    });

    it('refuses what it could not give back, and keeps nothing of it', async () => {
      await using ledger = await open();
      for (const cost of [0.5, -1, Number.NaN]) {
        await expect(ledger.record(anEntry('a', {}, { cost }))).rejects.toThrow(RangeError);
      }
      await ledger.record(anEntry('b'));
      for (const score of [-0.1, 1.1, Number.NaN]) {
        await expect(ledger.recordFeedback(aVerdict('b', { score }))).rejects.toThrow(RangeError);
      }
      expect(await ledger.feedback()).toEqual([]);
      await expect(ledger.record(anEntry('a', { receivedAt: 'noon' }))).rejects.toThrow(RangeError);
      expect((await ledger.recent(5)).map(({ id }) => id)).toEqual(['b']);
    });

    it('refuses a sum that would lose digits', async () => {
      await using ledger = await open();
      await ledger.record(anEntry('a', {}, { cost: Number.MAX_SAFE_INTEGER }));
      expect(await ledger.spent('shop', '2026-01-01T00:00:00Z')).toBe(Number.MAX_SAFE_INTEGER);
      await ledger.record(anEntry('b', {}, { cost: 1 }));
      await expect(ledger.totals([])).rejects.toThrow(RangeError);
      await expect(ledger.spent('shop', '2026-01-01T00:00:00Z')).rejects.toThrow(RangeError);
    });

    it('writes snapshots that anybody can read, and keeps only the latest', async () => {
      const target = join(folder, "it's", 'snapshots');
      await using ledger = await open();
      await ledger.record(anEntry('a', { tag: 'mail' }));
      expect(await ledger.snapshot(target)).toEqual([
        join(target, 'operations-1.parquet'),
        join(target, 'usage-1.parquet'),
        join(target, 'feedback-1.parquet'),
      ]);
      writeFileSync(join(target, 'notes.txt'), 'mine');
      mkdirSync(join(target, '.unfinished-abc'));
      await ledger.record(anEntry('b', {}, { cost: null }));
      await ledger.recordFeedback(aVerdict('b', { score: 0.25 }));
      const paths = await ledger.snapshot(target);
      expect(await ledger.snapshot(target)).toEqual(paths);
      expect(readdirSync(target).sort()).toEqual([
        'feedback-3.parquet',
        'notes.txt',
        'operations-3.parquet',
        'usage-3.parquet',
      ]);
      for (const path of paths) expect(statSync(path).mode & 0o777).toBe(0o600);
      const [operations, usage, feedback] = await Promise.all(
        paths.map((path) => createTableReader().read([path], { format: 'parquet' })),
      );
      expect(operations?.map(({ values }) => [values.operation_id, values.tag])).toEqual([
        ['a', 'mail'],
        ['b', null],
      ]);
      expect(usage?.map(({ values }) => [values.operation_id, values.cost_nano_usd])).toEqual([
        ['a', 100],
        ['b', null],
      ]);
      expect(feedback?.map(({ values }) => [values.operation_id, values.score])).toEqual([
        ['b', 0.25],
      ]);
    });

    it('tells by day and origin what became of requests, and what each technique saved', async () => {
      await using ledger = await open();
      expect(await ledger.activity()).toEqual([]);
      const hit = { cache: 'hit', cause: 'cache' } as const;
      for (const entry of [
        anEntry('a'),
        anEntry('b', { error: 'timeout', model: null }),
        anEntry('c', { error: 'client_left' }),
        { operation: anOperation({ id: 'd', ...hit, cacheSaving: 300 }), usage: [] },
        { operation: anOperation({ id: 'e', ...hit, cacheSaving: null }), usage: [] },
        {
          operation: anOperation({ id: 'f', ...hit, cacheSaving: 7, similarity: 0.95 }),
          usage: [someUsage({ operationId: 'f', purpose: 'embedding' })],
        },
        anEntry('g', { tokensRemoved: 1_000 }),
        anEntry('h', { tokensRemoved: 20 }, { pricing: null }),
        anEntry('i', { origin: 'simulated' }),
        anEntry('j', { tenant: 'desk', receivedAt: '2026-11-24T00:00:00.000Z' }),
      ]) {
        await ledger.record(entry);
      }
      await ledger.recordFeedback(aJudgement('g'));
      const nothing = { requests: 0, saving: 0, unknown: 0 };
      const quiet = {
        requests: 1,
        failed: 0,
        left: 0,
        exact: nothing,
        similar: nothing,
        compression: { ...nothing, tokens: 0 },
      };
      const later = { ...quiet, day: '2026-11-24', origin: 'live' };
      expect(await ledger.activity()).toEqual([
        {
          day: '2026-11-23',
          origin: 'live',
          requests: 8,
          failed: 1,
          left: 1,
          exact: { requests: 2, saving: 300, unknown: 1 },
          similar: { requests: 1, saving: 7, unknown: 0 },
          // 1,000 tokens at 150,000,000 nano-dollars a million.
          compression: { requests: 2, saving: 150_000, unknown: 1, tokens: 1_020 },
        },
        { ...quiet, day: '2026-11-23', origin: 'simulated' },
        later,
      ]);
      expect(await ledger.activity({ from: '2026-11-24', to: '2026-11-24' })).toEqual([later]);
      expect(await ledger.activity({ tenant: 'desk' })).toEqual([later]);
    });

    it('finds an operation by its id', async () => {
      await using ledger = await open();
      const entry = anEntry('a', { similarity: 0.97, cacheEntry: 'c'.repeat(64) });
      await ledger.record(entry);
      expect(await ledger.operation('a')).toEqual(entry.operation);
      expect(await ledger.operation('b')).toBeNull();
    });

    it('gives feedback back in its order, each with the operation judged', async () => {
      await using ledger = await open();
      const a = anEntry('a');
      const b = anEntry('b', { tenant: 'desk', tag: 'mail' });
      await ledger.record(a);
      await ledger.record(b);
      const verdicts = [
        aJudgement('b', { tenant: 'desk', score: null, unscored: 'the judge was busy' }),
        aVerdict('a', { score: 0 }),
        aVerdict('b', { tenant: 'desk', score: 1 }),
      ];
      for (const verdict of verdicts) {
        expect(await ledger.recordFeedback(verdict)).toMatchObject({ kind: 'recorded' });
      }
      const all = await ledger.feedback();
      expect(all.map(({ feedback }) => feedback)).toEqual(verdicts.map(({ feedback }) => feedback));
      expect(all.map(({ operation }) => operation)).toEqual([
        b.operation,
        a.operation,
        b.operation,
      ]);
      const seqs = all.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.toSorted((x, y) => x - y));
      const [first, second, third] = all;
      expect(await ledger.feedback({ after: first!.seq })).toEqual([second, third]);
      expect(await ledger.feedback({ after: first!.seq, limit: 1 })).toEqual([second]);
      expect(await ledger.feedback({ limit: 2 })).toEqual([first, second]);
      expect(await ledger.feedback({ tenant: 'desk' })).toEqual([first, third]);
      expect(await ledger.feedback({ tenant: 'desk', source: 'judge' })).toEqual([first]);
      expect(await ledger.feedback({ after: third!.seq })).toEqual([]);
    });

    it('keeps one feedback of each source an operation, and none of strangers', async () => {
      await using ledger = await open();
      await Promise.all(['a', 'b'].map((id) => ledger.record(anEntry(id))));
      const kinds = await Promise.all([
        ledger.recordFeedback(aVerdict('a', { score: 0.1 })),
        ledger.recordFeedback(aVerdict('a', { score: 0.2 })),
        ledger.recordFeedback(aJudgement('a')),
        ledger.recordFeedback(aVerdict('b')),
        ledger.recordFeedback(aJudgement('a')),
        ledger.recordFeedback(aVerdict('a', { tenant: 'desk', score: 0.3 })),
        ledger.recordFeedback(aVerdict('c')),
      ]);
      expect(kinds.map(({ kind }) => kind)).toEqual([
        'recorded',
        'repeated',
        'recorded',
        'recorded',
        'repeated',
        'unknown',
        'unknown',
      ]);
      expect((await ledger.recordFeedback(aVerdict('a'))).kind).toBe('repeated');
      const kept = await ledger.feedback();
      expect(kept.map(({ feedback: { operationId, source } }) => [operationId, source])).toEqual(
        expect.arrayContaining([
          ['a', 'caller'],
          ['a', 'judge'],
          ['b', 'caller'],
        ]),
      );
      expect(kept).toHaveLength(3);
      expect(new Set(kept.map(({ seq }) => seq)).size).toBe(3);
      expect((await ledger.totals([]))[0]).toMatchObject({ operations: 2, attempts: 3 });
    });

    it('files what a judge cost under the operation judged, and counts it as no other', async () => {
      await using ledger = await open();
      await ledger.record(anEntry('a', { tag: 'mail' }, { cost: 100 }));
      await ledger.record(anEntry('b', { cache: 'hit', cacheSaving: 5, cost: 0 }, { cost: 7 }));
      const verdict = aJudgement('a', { receivedAt: '2026-11-24T00:00:01Z' }, { cost: 30 });
      await ledger.recordFeedback(verdict);
      await ledger.recordFeedback(
        aJudgement('b', {}, { cost: 4000, origin: 'simulated', model: 'maker/small' }),
      );
      const sums = async (...parameters: Parameters<ServiceLedger['totals']>) =>
        (await ledger.totals(...parameters)).map(
          ({ keys, operations, attempts, cost }) => [...keys, operations, attempts, cost] as const,
        );
      expect(await sums([])).toEqual([[2, 3, 137]]);
      expect(await sums(['day', 'tag'])).toEqual([
        ['2026-11-23', 'mail', 1, 2, 130],
        ['2026-11-23', null, 1, 1, 7],
      ]);
      expect(await sums(['purpose'])).toEqual([
        ['candidate', 2, 2, 107],
        ['judge', 0, 1, 30],
        [null, 1, 0, 0],
      ]);
      expect(await sums([], { origin: 'simulated' })).toEqual([[0, 1, 4000]]);
      expect(await ledger.spent('shop', '2026-11-23T00:00:00Z')).toBe(4137);
      expect(await ledger.spent('shop', '2026-11-24T00:00:00Z')).toBe(0);
    });

    it('takes nothing once it is closed', async () => {
      const ledger = await open();
      await Promise.all([ledger.close(), ledger.close()]);
      await expect(ledger.record(anEntry('a'))).rejects.toThrow(/closed/);
      await expect(ledger.recent(1)).rejects.toThrow(/closed/);
      await expect(ledger.snapshot(join(folder, 'late'))).rejects.toThrow(/closed/);
      expect(existsSync(join(folder, 'late'))).toBe(false);
    });
  });
}
