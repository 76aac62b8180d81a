import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/index.js';
import { aRun, someUsage } from './samples.js';

const ID = 'embedding:maker/embed:1';
const aSignal = (requestHash: string, ...values: number[]) => ({
  requestHash,
  values: Float32Array.from(values),
  cost: 120,
  latencyMs: 4.5,
});

/** What every store does with signals, wherever it keeps them. */
export function describeSignalStore(name: string, open: () => Promise<Store>): void {
  describe(`${name}: signals`, () => {
    it('gives back what was added, to the bit, and only what is asked for', async () => {
      await using store = await open();
      const one = aSignal('a', 0.1, -1e-30, 3e38);
      const unread = { ...aSignal('b'), latencyMs: null, cost: 0 };
      await store.signals.addSignals(ID, [one, unread], []);
      const found = await store.signals.readSignals(ID, ['b', 'a', 'c']);
      expect(Object.fromEntries(found)).toEqual({ a: one, b: unread });
      expect(await store.signals.readSignals(ID, ['a'])).toEqual(new Map([['a', one]]));
      expect(await store.signals.readSignals(ID, [])).toEqual(new Map());
      expect(await store.signals.readSignals('embedding:other:1', ['a'])).toEqual(new Map());
    });

    it('keeps the first of a request, and one of each id', async () => {
      await using store = await open();
      await store.signals.addSignals(ID, [aSignal('a', 1)], []);
      await store.signals.addSignals(ID, [aSignal('a', 2), aSignal('b', 3)], []);
      await store.signals.addSignals('complexity:maker/small:1', [aSignal('a', 0.5)], []);
      const found = await store.signals.readSignals(ID, ['a', 'b']);
      expect([found.get('a')?.values, found.get('b')?.values]).toEqual([
        Float32Array.of(1),
        Float32Array.of(3),
      ]);
    });

    it('books usage with signals, or neither', async () => {
      await using store = await open();
      await store.runs.createRun(aRun(), []);
      const usage = someUsage({ purpose: 'embedding', cost: 240 });
      await store.signals.addSignals(ID, [aSignal('a', 1)], [usage]);
      await store.signals.addSignals(ID, [], [{ ...usage, operationId: 'op-2' }]);
      expect((await store.runs.readUsage('run-1')).map(({ cost }) => cost)).toEqual([240, 240]);
      const lost = { ...usage, runId: 'run-2' };
      await expect(store.signals.addSignals(ID, [aSignal('b', 1)], [lost])).rejects.toThrow(
        'There is no run "run-2"',
      );
      expect(await store.signals.readSignals(ID, ['b'])).toEqual(new Map());
    });
  });
}
