import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetReached, fromUsd, type NanoUsd, type Reservation } from '../../src/costs/index.js';
import { sha256 } from '../../src/hash.js';
import { createTenants, spentSoFar, type TenantConfig } from '../../src/service/index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 23, 12);

function tenant(id: string, given: Partial<TenantConfig> = {}): TenantConfig {
  return {
    id,
    keyHashes: [sha256(`key of ${id}`)],
    admin: false,
    dailyUsd: null,
    monthlyUsd: null,
    softShare: 0.8,
    requestsPerMinute: null,
    tokensPerMinute: null,
    ...given,
  };
}

/** One tenant and a clock that stands still until it is moved. */
function only(
  given: Partial<TenantConfig>,
  start = NOON,
  spent?: { day: NanoUsd; month: NanoUsd },
) {
  const clock = { time: start };
  const config = tenant('a', given);
  const tenants = createTenants([config], {
    now: () => clock.time,
    ...(spent === undefined ? {} : { spent: new Map([['a', spent]]) }),
  });
  return { clock, tenants, who: tenants.authenticate('key of a')! };
}

describe('keys', () => {
  const tenants = createTenants(
    [
      tenant('a', { keyHashes: [sha256('first'), sha256('second')] }),
      tenant('b', { keyHashes: [sha256('schlüssel 🔑')], admin: true }),
      tenant('c', { keyHashes: [sha256('')] }),
    ],
    { now: () => NOON },
  );

  it.each([
    ['first', { id: 'a', admin: false }],
    ['second', { id: 'a', admin: false }],
    ['schlüssel 🔑', { id: 'b', admin: true }],
  ])('%s is whose it is', (key, owner) => {
    expect(tenants.authenticate(key)).toEqual(owner);
  });

  it.each([
    ['none', null],
    ['a wrong one', 'third'],
    ['an empty one, even where its hash is listed', ''],
    ['one with white space around it', ' first '],
    ['one in other letters', 'First'],
    ['1 MB', 'k'.repeat(1_000_000)],
    ['the same letters in another normal form', 'schlüssel 🔑'.normalize('NFD')],
    ['half a surrogate pair', '\ud83d'],
    ['a hash in place of its key', sha256('first')],
  ])('%s is nobody', (_, key) => {
    expect(tenants.authenticate(key)).toBeNull();
  });

  it('are asked of nobody where there are no tenants', () => {
    const open = createTenants([], { now: () => NOON });
    const who = open.authenticate(null);
    expect([open.keyed, tenants.keyed]).toEqual([false, true]);
    expect(who).toEqual({ id: 'default', admin: true });
    expect(open.authenticate('anything')).toEqual(who);
    open.reserve(who!, 9e15).settle(9e15);
    expect([open.admit(who!, 1e9), open.warning(who!)]).toEqual([0, null]);
  });

  it('of another service belong to nobody', () => {
    expect(() => tenants.reserve({ id: 'z', admin: false }, 1)).toThrow(TypeError);
  });
});

describe('budgets', () => {
  it('refuse what fits one cap and not the other, and then hold nothing', () => {
    const { tenants, who } = only({ dailyUsd: 2, monthlyUsd: 1 });
    expect(() => tenants.reserve(who, fromUsd(1.5))).toThrow(BudgetReached);
    const whole = tenants.reserve(who, fromUsd(1));
    expect(() => tenants.reserve(who, 1)).toThrow(BudgetReached);
    whole.settle(0);
    tenants.reserve(who, fromUsd(1)).settle(fromUsd(1));
    expect(() => tenants.reserve(who, fromUsd(0.25))).toThrow(
      'The monthly budget of $1 leaves no room for this request, which may cost up to $0.25: $1 is spent and $0 reserved. It begins anew at 2026-12-01T00:00:00.000Z; a smaller max_tokens reserves less.',
    );
  });

  it('settle exactly once', () => {
    const { tenants, who } = only({ dailyUsd: 1, monthlyUsd: 1 });
    const reservation = tenants.reserve(who, fromUsd(0.5));
    expect(() => reservation.settle(Number.NaN)).toThrow(RangeError);
    reservation.settle(fromUsd(0.25));
    expect(() => reservation.settle(0)).toThrow(TypeError);
    expect(() => tenants.reserve(who, fromUsd(0.75))).not.toThrow();
    expect(() => tenants.reserve(who, 1)).toThrow(BudgetReached);
  });

  it('begin anew at midnight and at the end of the month, UTC', () => {
    const { clock, tenants, who } = only(
      { dailyUsd: 1, monthlyUsd: 3 },
      Date.UTC(2026, 10, 29, 23, 59, 59, 999),
    );
    tenants.reserve(who, fromUsd(1)).settle(fromUsd(1));
    expect(() => tenants.reserve(who, 1)).toThrow(/daily.*2026-11-30T00:00:00/);
    clock.time += 1;
    tenants.reserve(who, fromUsd(1)).settle(fromUsd(1));
    expect(() => tenants.reserve(who, 1)).toThrow(/daily.*2026-12-01T00:00:00/);
    clock.time += DAY;
    tenants.reserve(who, fromUsd(1)).settle(fromUsd(1));
    for (let day = 0; day < 2; day++) {
      clock.time += DAY;
      tenants.reserve(who, fromUsd(1)).settle(fromUsd(1));
    }
    clock.time += DAY;
    expect(() => tenants.reserve(who, 1)).toThrow(/monthly.*2027-01-01T00:00:00/);
  });

  it('settle what was reserved before midnight where it was reserved', () => {
    const { clock, tenants, who } = only({ dailyUsd: 1 }, NOON + 11 * HOUR);
    const evening = tenants.reserve(who, fromUsd(1));
    clock.time += 2 * HOUR;
    const morning = tenants.reserve(who, fromUsd(0.75));
    evening.settle(fromUsd(1));
    morning.settle(fromUsd(0.5));
    expect(() => tenants.reserve(who, fromUsd(0.5))).not.toThrow();
    expect(() => tenants.reserve(who, 1)).toThrow(BudgetReached);
  });

  it('are not given out twice by a clock that is put back', () => {
    const { clock, tenants, who } = only({ dailyUsd: 1 });
    clock.time += DAY;
    tenants.reserve(who, fromUsd(1)).settle(fromUsd(1));
    clock.time -= DAY;
    expect(() => tenants.reserve(who, 1)).toThrow(BudgetReached);
    clock.time += DAY;
    expect(() => tenants.reserve(who, 1)).toThrow(BudgetReached);
  });

  it('warn from the soft share on', () => {
    const { clock, tenants, who } = only({ dailyUsd: 1, monthlyUsd: 1.2, softShare: 0.8 });
    const spend = (usd: number) => tenants.reserve(who, fromUsd(usd)).settle(fromUsd(usd));
    spend(0.79);
    expect(tenants.warning(who)).toBeNull();
    spend(0.01);
    expect(tenants.warning(who)).toBe('$0.8 of the daily budget of $1 is spent (80 %)');
    spend(0.16);
    expect(tenants.warning(who)).toBe(
      '$0.96 of the daily budget of $1 is spent (96 %); $0.96 of the monthly budget of $1.2 is spent (80 %)',
    );
    clock.time += DAY;
    expect(tenants.warning(who)).toBe('$0.96 of the monthly budget of $1.2 is spent (80 %)');
  });

  it('do not warn of a cap of nothing while nothing is spent', () => {
    const { tenants, who } = only({ dailyUsd: 0 });
    expect(tenants.warning(who)).toBeNull();
    expect(() => tenants.reserve(who, 0)).not.toThrow();
    expect(() => tenants.reserve(who, 1)).toThrow(BudgetReached);
  });

  it('go on from what the ledger says was spent', async () => {
    const asked: string[] = [];
    const ledger = {
      spent: async (id: string, since: string) => {
        asked.push(`${id} ${since}`);
        return since.endsWith('-23T00:00:00.000Z') ? fromUsd(0.5) : fromUsd(2);
      },
    };
    const configs = [tenant('a', { dailyUsd: 1, monthlyUsd: 3 }), tenant('free')];
    const spent = await spentSoFar(configs, ledger, NOON);
    expect(asked.sort()).toEqual(['a 2026-11-01T00:00:00.000Z', 'a 2026-11-23T00:00:00.000Z']);
    const { clock, tenants, who } = only(configs[0]!, NOON, spent.get('a'));
    expect(() => tenants.reserve(who, fromUsd(0.6))).toThrow(/daily/);
    tenants.reserve(who, fromUsd(0.5)).settle(fromUsd(0.5));
    clock.time += DAY;
    expect(() => tenants.reserve(who, fromUsd(0.6))).toThrow(/monthly/);
  });

  it('are never passed, whatever the order of reserving, settling and time', () => {
    const step = fc.record({
      kind: fc.constantFrom('reserve', 'reserve', 'settle', 'wait'),
      worst: fc.nat(400),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.nat(1000),
        fc.nat(3000),
        (steps, day, month) => {
          const { clock, tenants, who } = only({ dailyUsd: day / 1e9, monthlyUsd: month / 1e9 });
          // A model of its own: money by the period in which it was reserved.
          const held = new Map<string, number>();
          const keysAt = (time: number): [string, string] => {
            const date = new Date(time).toISOString();
            return [date.slice(0, 10), date.slice(0, 7)];
          };
          const add = (keys: readonly string[], sum: number) => {
            for (const key of keys) held.set(key, (held.get(key) ?? 0) + sum);
          };
          const flying: { reservation: Reservation; keys: string[]; worst: number }[] = [];
          for (const { kind, worst, share, pick } of steps) {
            if (kind === 'wait') clock.time += Math.floor(share * 3 * DAY);
            else if (kind === 'reserve') {
              const keys = keysAt(clock.time);
              const fits = [day, month].every(
                (cap, index) => (held.get(keys[index]!) ?? 0) + worst <= cap,
              );
              let reservation: Reservation | null = null;
              try {
                reservation = tenants.reserve(who, worst);
              } catch (error) {
                if (!(error instanceof BudgetReached)) throw error;
              }
              expect(reservation !== null).toBe(fits);
              if (reservation === null) continue;
              add(keys, worst);
              flying.push({ reservation, keys, worst });
            } else if (flying.length > 0) {
              const [{ reservation, keys, worst }] = flying.splice(pick % flying.length, 1) as [
                (typeof flying)[number],
              ];
              const actual = Math.floor(worst * share);
              reservation.settle(actual);
              add(keys, actual - worst);
              expect(() => reservation.settle(actual)).toThrow(TypeError);
            }
          }
        },
      ),
    );
  });
});

describe('rates', () => {
  it('let a minute of requests pass at once, then one after the other', () => {
    const { clock, tenants, who } = only({ requestsPerMinute: 3 });
    expect([1, 2, 3].map(() => tenants.admit(who, 1e9))).toEqual([0, 0, 0]);
    expect(tenants.admit(who, 1)).toBe(20_000);
    clock.time += 19_999;
    expect(tenants.admit(who, 1)).toBe(1);
    clock.time += 1;
    expect(tenants.admit(who, 1)).toBe(0);
    expect(tenants.admit(who, 1)).toBe(20_000);
  });

  it('count tokens, and a request refused for one takes nothing of the other', () => {
    const { clock, tenants, who } = only({ requestsPerMinute: 2, tokensPerMinute: 600 });
    expect(tenants.admit(who, 500)).toBe(0);
    expect(tenants.admit(who, 200)).toBe(10_000);
    expect(tenants.admit(who, 100)).toBe(0);
    expect(tenants.admit(who, 0)).toBe(30_000);
    clock.time += 2 * MINUTE;
    expect(tenants.admit(who, 6_000)).toBe(0);
    expect(tenants.admit(who, 1)).toBeGreaterThan(8 * MINUTE);
  });

  it('are each tenant’s own', () => {
    const tenants = createTenants(
      [tenant('a', { requestsPerMinute: 1 }), tenant('b', { requestsPerMinute: 1 })],
      { now: () => NOON },
    );
    for (const id of ['a', 'b']) {
      expect(tenants.admit(tenants.authenticate(`key of ${id}`)!, 1)).toBe(0);
    }
  });
});
