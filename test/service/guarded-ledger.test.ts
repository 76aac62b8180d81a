import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/service/index.js';
import { scriptedUpstream } from './scripted-upstream.js';
import { asking, exactCache, failureOf, stand } from './standing.js';

const ANSWER = { kind: 'answer', text: 'It is four.' } as const;

/** A service whose disk is full until it is told otherwise, on a clock that stands still. */
function standing() {
  const disk = { full: true, writes: 0 };
  const taken: LedgerEntry[] = [];
  const time = { now: 1_700_000_000_000 };
  const model = scriptedUpstream('lab/a', [ANSWER]);
  const service = stand([model], {
    clock: { now: () => time.now, sleep: async () => {} },
    cache: exactCache({ ttlMs: 1e9, now: () => time.now }),
    ledger: {
      record: async (entry) => {
        disk.writes++;
        if (disk.full) throw new Error('disk full');
        taken.push(entry);
      },
    },
  });
  const ask = () => service.gateway.handle(asking({ model: 'lab/a' }));
  return { ...service, ask, disk, taken, time, model };
}

describe('a ledger that cannot be written', () => {
  it('is paid for once, not by every request', async () => {
    const { ask, budget, disk, events, gateway, model } = standing();
    expect(gateway.accepting).toBe(true);
    expect(failureOf(await ask())).toMatchObject({ status: 500, code: 'ledger_failed' });
    expect(gateway.accepting).toBe(false);
    for (let at = 0; at < 50; at++) {
      expect(failureOf(await ask())).toMatchObject({
        status: 503,
        code: 'ledger_unavailable',
        retryAfterMs: 1_000,
      });
    }
    expect(model.asked).toHaveLength(1);
    expect(disk.writes).toBe(1);
    expect(budget.reserved).toBe(0);
    expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(51);
    await gateway.drain();
  });

  it('is tried again once a second, and opens with the refusal it takes', async () => {
    const { ask, disk, gateway, model, taken, time } = standing();
    await ask();
    for (let second = 0; second < 3; second++) {
      time.now += 1_000;
      for (let at = 0; at < 5; at++) await ask();
    }
    expect(disk.writes).toBe(4);
    disk.full = false;
    expect(failureOf(await ask()).status).toBe(503);
    expect(gateway.accepting).toBe(false);
    time.now += 1_000;
    expect(failureOf(await ask()).status).toBe(503);
    expect(gateway.accepting).toBe(true);
    expect(taken).toMatchObject([
      { operation: { status: 503, error: 'ledger_unavailable', cost: 0 }, usage: [] },
    ]);
    expect((await ask()).kind).toBe('answer');
    expect(model.asked).toHaveLength(2);
  });

  it('repeats no answer that could not be booked', async () => {
    const { ask, disk, time, model } = standing();
    disk.full = false;
    await ask();
    disk.full = true;
    expect(failureOf(await ask()).status).toBe(500);
    expect(failureOf(await ask()).status).toBe(503);
    time.now += 500;
    expect(failureOf(await ask()).status).toBe(503);
    expect(model.asked).toHaveLength(1);
  });

  it('keeps nobody away for good: where nothing was tried for long, the service takes a request', async () => {
    const { ask, gateway, model, time } = standing();
    await ask();
    time.now += 9_999;
    expect(gateway.accepting).toBe(false);
    time.now += 1;
    expect(gateway.accepting).toBe(true);
    expect(failureOf(await ask()).status).toBe(503);
    expect(gateway.accepting).toBe(false);
    expect(model.asked).toHaveLength(1);
  });
});
