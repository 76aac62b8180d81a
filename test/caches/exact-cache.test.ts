import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CachedAnswer, ExactCache } from '../../src/caches/index.js';
import { answer } from './sample-answers.js';

const cached = (text: string, model = 'maker/model'): CachedAnswer => ({
  answer: answer({ parts: [{ kind: 'text', text }] }),
  model,
  cost: 1_000,
});
const bytesOf = ({ answer: one }: CachedAnswer) => Buffer.byteLength(JSON.stringify(one));

/** A cache whose clock is set by hand. */
function cacheOf(options: { maxEntries?: number; maxBytes?: number; ttlMs?: number } = {}) {
  const clock = { now: 0 };
  const cache = new ExactCache({
    maxEntries: 100,
    maxBytes: 1_000_000,
    ttlMs: 1_000,
    now: () => clock.now,
    ...options,
  });
  return { cache, clock };
}

describe('ExactCache', () => {
  it('repeats what was stored, and counts hits and misses by tenant', () => {
    const { cache } = cacheOf();
    const value = cached('The Rhine.');
    expect(cache.get('k', 'ada')).toBeNull();
    cache.set('k', 'ada', value);
    expect(cache.get('k', 'ada')).toEqual(value);
    expect(cache.get('k', 'ada')).toEqual(value);
    expect(cache.get('k', 'bob')).toBeNull();
    const bytes = bytesOf(value);
    expect(cache.stats('ada')).toEqual({ entries: 1, bytes, hits: 2, misses: 1, evictions: 0 });
    expect(cache.stats('bob')).toEqual({ entries: 0, bytes: 0, hits: 0, misses: 1, evictions: 0 });
    expect(cache.stats()).toEqual({ entries: 1, bytes, hits: 2, misses: 2, evictions: 0 });
    expect(cache.stats('eve')).toEqual({ entries: 0, bytes: 0, hits: 0, misses: 0, evictions: 0 });
  });

  it('never repeats what is too old, from a clock at 0 on, however often it is asked', () => {
    const { cache, clock } = cacheOf();
    for (const id of ['a', 'b', 'c']) cache.set(id, 'ada', cached(id));
    clock.now = 999;
    expect(cache.get('a', 'ada')).not.toBeNull();
    clock.now = 1_000;
    expect(cache.get('a', 'ada')).toBeNull();
    expect(cache.delete('b')).toBe(false);
    expect(cache.list('ada', 10)).toEqual([]);
    expect(cache.stats('ada')).toMatchObject({ entries: 0, bytes: 0, hits: 1, evictions: 0 });
  });

  it('lets go of what was used longest ago', () => {
    const { cache } = cacheOf({ maxEntries: 2 });
    cache.set('first', 'ada', cached('a'));
    cache.set('second', 'ada', cached('b'));
    cache.get('first', 'ada');
    cache.get('second', 'bob');
    cache.set('third', 'bob', cached('c'));
    expect(cache.list(undefined, 10).map(({ id }) => id)).toEqual(['third', 'first']);
    expect(cache.stats('ada').evictions).toBe(1);
    expect(cache.stats('bob').evictions).toBe(0);
  });

  it('keeps no answer larger than a tenth of all bytes, and leaves the one before', () => {
    const value = cached('é'.repeat(100));
    const bytes = bytesOf(value);
    const small = cacheOf({ maxBytes: 10 * bytes - 1 }).cache;
    small.set('k', 'ada', cached('short'));
    small.set('k', 'ada', value);
    expect(small.get('k', 'ada')).toEqual(cached('short'));
    const { cache } = cacheOf({ maxBytes: 10 * bytes });
    for (let at = 0; at < 11; at++) cache.set(`k${at}`, 'ada', value);
    expect(cache.stats()).toMatchObject({ entries: 10, bytes: 10 * bytes, evictions: 1 });
  });

  it('lists entries newest first, a tenant alone where asked, as many as asked', () => {
    const { cache, clock } = cacheOf();
    clock.now = Date.UTC(2026, 0, 2);
    cache.set('a', 'ada', cached('1', 'maker/small'));
    cache.set('b', 'bob', cached('2'));
    cache.set('c', 'ada', cached('3'));
    cache.get('a', 'ada');
    expect(cache.list(undefined, 2).map(({ id }) => id)).toEqual(['c', 'b']);
    expect(cache.list('ada', 10)).toEqual([
      expect.objectContaining({ id: 'c', hits: 0 }),
      {
        id: 'a',
        tenant: 'ada',
        model: 'maker/small',
        storedAt: '2026-01-02T00:00:00.000Z',
        expiresAt: '2026-01-02T00:00:01.000Z',
        bytes: bytesOf(cached('1')),
        hits: 1,
      },
    ]);
  });

  it("deletes by id, but no other tenant's", () => {
    const { cache } = cacheOf();
    cache.set('a', 'ada', cached('1'));
    expect(cache.delete('a', 'bob')).toBe(false);
    expect(cache.delete('a', 'ada')).toBe(true);
    expect(cache.delete('a', 'ada')).toBe(false);
    cache.set('b', 'bob', cached('2'));
    expect(cache.delete('b')).toBe(true);
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0, evictions: 0 });
  });

  it('clears one tenant or all', () => {
    const { cache } = cacheOf();
    for (const id of ['a', 'b']) cache.set(id, 'ada', cached(id));
    cache.set('c', 'bob', cached('c'));
    expect(cache.clear('ada')).toBe(2);
    expect(cache.list(undefined, 10).map(({ id }) => id)).toEqual(['c']);
    expect(cache.clear()).toBe(1);
    expect(cache.clear()).toBe(0);
  });

  it('refuses bounds that leave no room', () => {
    expect(() => cacheOf({ maxEntries: 0 })).toThrow(
      'Expected `maxEntries` to be a finite number of at least 1, got 0',
    );
    expect(() => cacheOf({ maxBytes: Number.NaN })).toThrow(RangeError);
    expect(() => cacheOf({ ttlMs: Number.POSITIVE_INFINITY })).toThrow(RangeError);
  });

  it('does as a plain list of entries would, whatever happens', () => {
    const tenant = fc.constantFrom('ada', 'bob');
    const key = fc.constantFrom(...'abcdefghijklmnop');
    const action = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('get' as const), key, tenant }) },
      {
        weight: 16,
        arbitrary: fc.record({
          kind: fc.constant('set' as const),
          key,
          tenant,
          size: fc.constantFrom(1, 80, 90, 200),
        }),
      },
      fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(50, 100) }),
      fc.record({
        kind: fc.constant('delete' as const),
        key,
        tenant: fc.option(tenant, { nil: undefined }),
      }),
      fc.record({
        kind: fc.constant('clear' as const),
        tenant: fc.option(tenant, { nil: undefined }),
      }),
    );
    const options = { maxEntries: 12, maxBytes: 1_900, ttlMs: 300 };
    fc.assert(
      fc.property(fc.array(action, { maxLength: 150, size: 'max' }), (actions) => {
        const { cache, clock } = cacheOf(options);
        const plain = new PlainCache(options);
        for (const one of actions) {
          if (one.kind === 'wait') clock.now += one.ms;
          else if (one.kind === 'set') {
            const value = sized(one.size);
            cache.set(one.key, one.tenant, value);
            plain.set(one.key, one.tenant, value, clock.now);
          } else if (one.kind === 'get') {
            expect(cache.get(one.key, one.tenant)).toEqual(
              plain.get(one.key, one.tenant, clock.now),
            );
          } else if (one.kind === 'delete') {
            expect(cache.delete(one.key, one.tenant)).toBe(
              plain.delete(one.key, one.tenant, clock.now),
            );
          } else expect(cache.clear(one.tenant)).toBe(plain.clear(one.tenant, clock.now));
        }
        const left = plain.alive(clock.now);
        expect(
          cache
            .list(undefined, 20)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(left.map(({ key: id }) => id).sort());
        expect(cache.stats()).toEqual({
          entries: left.length,
          bytes: left.reduce((sum, { value }) => sum + bytesOf(value), 0),
          hits: plain.hits,
          misses: plain.misses,
          evictions: plain.evictions,
        });
      }),
      { numRuns: 100 },
    );
  });
});

/** Answers of few bytes, so that sizes decide what stays. */
const sized = (size: number): CachedAnswer => ({
  ...cached(''),
  answer: { ...answer({ id: 'x'.repeat(size) }), parts: [] },
});

interface Kept {
  readonly key: string;
  readonly tenant: string;
  readonly value: CachedAnswer;
  readonly until: number;
}

/** The same rules, read off a list: used longest ago first. */
class PlainCache {
  #kept: Kept[] = [];
  hits = 0;
  misses = 0;
  evictions = 0;

  constructor(private readonly options: { maxEntries: number; maxBytes: number; ttlMs: number }) {}

  alive(now: number): Kept[] {
    return this.#kept.filter(({ until }) => now < until);
  }

  get(key: string, tenant: string, now: number): CachedAnswer | null {
    this.#drop((one) => one.key === key && now >= one.until);
    const found = this.#kept.find((one) => one.key === key && one.tenant === tenant);
    if (found === undefined) {
      this.misses++;
      return null;
    }
    this.#drop((one) => one === found);
    this.#kept.push(found);
    this.hits++;
    return found.value;
  }

  set(key: string, tenant: string, value: CachedAnswer, now: number): void {
    const { maxBytes, maxEntries, ttlMs } = this.options;
    if (bytesOf(value) > maxBytes / 10) return;
    this.#drop((one) => one.key === key);
    this.#kept.push({ key, tenant, value, until: now + ttlMs });
    const bytes = () => this.#kept.reduce((sum, one) => sum + bytesOf(one.value), 0);
    while (this.#kept.length > maxEntries || bytes() > maxBytes) {
      this.#kept.shift();
      this.evictions++;
    }
  }

  delete(key: string, tenant: string | undefined, now: number): boolean {
    this.#drop((one) => one.key === key && now >= one.until);
    return this.#drop((one) => one.key === key && (tenant === undefined || one.tenant === tenant));
  }

  clear(tenant: string | undefined, now: number): number {
    const before = this.alive(now).length;
    this.#drop((one) => now >= one.until || tenant === undefined || one.tenant === tenant);
    return before - this.#kept.length;
  }

  #drop(which: (one: Kept) => boolean): boolean {
    const before = this.#kept.length;
    this.#kept = this.#kept.filter((one) => !which(one));
    return this.#kept.length < before;
  }
}
