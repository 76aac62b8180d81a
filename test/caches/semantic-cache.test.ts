import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CachedAnswer,
  type CacheScope,
  cacheKey,
  ExactCache,
  HybridCache,
  type HybridLookup,
  SemanticCache,
  type SimilarRequest,
  similarRequest,
} from '../../src/caches/index.js';
import type { ChatMessage, ChatPart } from '../../src/wire/index.js';
import { answer } from './sample-answers.js';
import { request, requests } from './sample-requests.js';

const scope: CacheScope = { tenant: 'ada', answeredBy: 'maker/m', format: 'f', domain: null };
const cached = (text: string): CachedAnswer => ({
  answer: answer({ parts: [{ kind: 'text', text }] }),
  model: 'maker/m',
  cost: 1_000,
});
const saying = (...texts: string[]): ChatMessage => ({
  role: 'user',
  parts: texts.map((text): ChatPart => ({ kind: 'text', text })),
});
const similar = (text: string, of = 'scope'): SimilarRequest => ({ scope: of, text });
const vector = (...values: number[]) => Float32Array.from(values);

const bounds = { maxEntries: 100, maxBytes: 1_000_000, ttlMs: 1_000 };
function cacheOf(options: Partial<typeof bounds & { threshold: number }> = {}) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const cache = new SemanticCache({ ...bounds, threshold: 0.8, now, ...options });
  return { cache, clock };
}

describe('what of a request may be put in other words', () => {
  it('is the text of the last turn, and nothing else', () => {
    const chat = (text: string) => request({ messages: [saying('before'), saying(text)] });
    const [one, other] = [similarRequest(scope, chat('one')), similarRequest(scope, chat('two'))];
    expect(one?.text).toBe('one');
    expect(other?.scope).toBe(one?.scope);
    expect(similarRequest(scope, request({ messages: [saying('a', 'b')] }))?.text).toBe('a\nb');
  });

  it('has another scope just where anything else has another key', () => {
    const last = saying('last');
    const scopes = fc.record({
      tenant: fc.constantFrom('a', 'b'),
      answeredBy: fc.constantFrom('m', 't'),
      format: fc.constant('f'),
      domain: fc.constantFrom(null, 'law'),
    });
    fc.assert(
      fc.property(scopes, scopes, requests, requests, (one, two, some, more) => {
        const [a, b] = [some, more].map((chat) => ({
          ...chat,
          messages: [...chat.messages, last],
        }));
        const sameKey = cacheKey(one, a!) === cacheKey(two, b!);
        expect(similarRequest(one, a!)!.scope === similarRequest(two, b!)!.scope).toBe(sameKey);
        const reworded = { ...a!, messages: [...some.messages, saying('other')] };
        expect(similarRequest(one, reworded)!.scope).toBe(similarRequest(one, a!)!.scope);
      }),
    );
  });

  it('is nothing where the last turn is not plain words of a user, or not all of it is read', () => {
    const turn = (role: ChatMessage['role'], ...parts: ChatPart[]) =>
      similarRequest(scope, request({ messages: [saying('before'), { role, parts }] }));
    const text: ChatPart = { kind: 'text', text: 'hello' };
    expect(turn('user', text)).not.toBeNull();
    expect(turn('assistant', text)).toBeNull();
    expect(turn('user', text, { kind: 'image', url: 'data:,' })).toBeNull();
    expect(turn('user', { ...text, extra: { cache_control: {} } })).toBeNull();
    expect(turn('user', { kind: 'text', text: ' \n' })).toBeNull();
    expect(turn('user')).toBeNull();
    expect(similarRequest(scope, request({ messages: [] }))).toBeNull();
    expect(turn('user', { kind: 'text', text: 'x'.repeat(2000) })).not.toBeNull();
    expect(turn('user', { kind: 'text', text: 'x'.repeat(2001) })).toBeNull();
  });
});

describe('SemanticCache', () => {
  it('repeats the most similar answer from the threshold on', () => {
    const { cache } = cacheOf();
    cache.set(
      'far',
      'ada',
      similar('a cat'),
      vector(0.85, Math.sqrt(1 - 0.85 ** 2)),
      cached('far'),
    );
    cache.set('near', 'ada', similar('A cat'), vector(3, 1), cached('near'));
    const hit = cache.find(similar('a cat?'), 'ada', vector(2, 0));
    expect(hit).toMatchObject({ ...cached('near'), id: 'near' });
    expect(hit?.similarity).toBeCloseTo(3 / Math.sqrt(10), 6);
    expect(cache.find(similar('a cat?'), 'ada', vector(-1, 0))).toBeNull();
    expect(cache.list('ada', 1)).toMatchObject([{ id: 'near', hits: 1, text: 'A cat' }]);
    expect(cache.list(undefined, 9).map(({ text }) => text)).toEqual([null, null]);
    expect(cache.list('bob', 9)).toEqual([]);
  });

  it('passes over what guards refuse, down to a text that they do not', () => {
    const { cache } = cacheOf();
    cache.set('n', 'ada', similar('What is 2+3?'), vector(1, 0), cached('5'));
    expect(cache.find(similar('What is 2+2?'), 'ada', vector(1, 0))).toBeNull();
    cache.set('y', 'ada', similar('what is 2 + 2'), vector(1, 0.1), cached('4'));
    expect(cache.find(similar('What is 2+2?'), 'ada', vector(1, 0))?.id).toBe('y');
    expect(cache.stats('ada')).toMatchObject({ hits: 1, misses: 1, refused: { numbers: 1 } });
    expect(cache.stats('bob')).toMatchObject({ hits: 0, misses: 0, refused: { numbers: 0 } });
  });

  it('never crosses scopes or tenants, however similar', () => {
    const { cache } = cacheOf();
    cache.set('a', 'ada', similar('hello', 's1'), vector(1, 0), cached('1'));
    expect(cache.find(similar('hello', 's2'), 'ada', vector(1, 0))).toBeNull();
    expect(cache.find(similar('hello', 's1'), 'bob', vector(1, 0))).toBeNull();
    expect(cache.find(similar('hello', 's1'), 'ada', vector(1, 0))?.id).toBe('a');
  });

  it('takes no vector that cannot be compared', () => {
    const { cache } = cacheOf();
    for (const bad of [vector(0, 0), vector(Number.NaN, 1), vector()]) {
      cache.set('x', 'ada', similar('hello'), bad, cached('1'));
      expect(cache.find(similar('hello'), 'ada', bad)).toBeNull();
    }
    expect(cache.stats().entries).toBe(0);
    cache.set('x', 'ada', similar('hello'), vector(1, 0), cached('1'));
    expect(cache.find(similar('hello'), 'ada', vector(1, 0, 0))).toBeNull();
    expect(cache.find(similar('hello'), 'ada', null)).toBeNull();
    cache.set('z', 'ada', similar('hello'), vector(1, 0, 0), cached('1'));
    expect(cache.stats()).toMatchObject({ entries: 1, unembedded: 5, misses: 5 });
  });

  it('counts bytes of answer, text and vector, and keeps none that takes a tenth', () => {
    const value = cached('one');
    const bytes = Buffer.byteLength(JSON.stringify(value.answer)) + 5 + 8;
    const small = cacheOf({ maxBytes: 10 * bytes - 1 }).cache;
    small.set('a', 'ada', similar('hello'), vector(1, 0), value);
    expect(small.stats().entries).toBe(0);
    const { cache } = cacheOf({ maxBytes: 10 * bytes });
    cache.set('a', 'ada', similar('hello'), vector(1, 0), value);
    expect(cache.stats()).toMatchObject({ entries: 1, bytes });
  });

  it('passes what is not fit for whoever asks', () => {
    const { cache } = cacheOf();
    cache.set('a', 'ada', similar('hello'), vector(1, 0), cached('1'));
    expect(cache.find(similar('hello'), 'ada', vector(1, 0), () => false)).toBeNull();
  });

  it('refuses bounds and thresholds that make no sense', () => {
    expect(() => cacheOf({ threshold: 0 })).toThrow(
      '`threshold` to be above 0 and at most 1, got 0',
    );
    expect(() => cacheOf({ threshold: Number.NaN })).toThrow(RangeError);
    expect(() => cacheOf({ maxEntries: 0 })).toThrow('`maxEntries`');
  });

  it('does as a plain list of entries would, whatever happens', () => {
    const corner = fc.integer({ min: 0, max: 15 });
    const who = fc.constantFrom('ada', 'bob');
    const action = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('set' as const), at: corner, who }) },
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('find' as const), at: corner, who }) },
      fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(100, 400) }),
      fc.record({ kind: fc.constant('delete' as const), at: corner, who }),
      fc.record({ kind: fc.constant('clear' as const), who }),
    );
    // Each its own direction, so that one at most is similar.
    const at = (corner: number) =>
      Float32Array.from({ length: 16 }, (_, i) => (i === corner ? 2 : 0));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (actions) => {
        const { cache, clock } = cacheOf({ maxEntries: 6 });
        let kept: { id: string; until: number }[] = [];
        const alive = () => kept.filter(({ until }) => clock.now < until);
        for (const one of actions) {
          if (one.kind === 'wait') clock.now += one.ms;
          else if (one.kind === 'clear') {
            const own = alive().filter(({ id }) => id.startsWith(one.who));
            expect(cache.clear(one.who)).toBe(own.length);
            kept = kept.filter(({ id }) => !id.startsWith(one.who));
          } else {
            const id = `${one.who}-${one.at}`;
            const isThere = alive().some((entry) => entry.id === id);
            const before = kept.find((entry) => entry.id === id);
            if (one.kind === 'set' || one.kind === 'delete' || isThere) {
              kept = kept.filter((entry) => entry.id !== id);
            }
            if (one.kind === 'delete') expect(cache.delete(id, one.who)).toBe(isThere);
            else if (one.kind === 'set') {
              cache.set(id, one.who, similar('same', one.who), at(one.at), cached(id));
              kept.push({ id, until: clock.now + bounds.ttlMs });
              if (kept.length > 6) kept.shift();
            } else {
              const hit = cache.find(similar('same', one.who), one.who, at(one.at));
              expect(hit?.id ?? null).toBe(isThere ? id : null);
              if (isThere) kept.push(before!);
              else kept = kept.filter((entry) => entry.id !== id || clock.now < entry.until);
            }
          }
        }
        const ids = cache.list(undefined, 99).map(({ id }) => id);
        expect(ids.sort()).toEqual(
          alive()
            .map(({ id }) => id)
            .sort(),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('HybridCache', () => {
  function hybridOf(withSemantic = true) {
    const { cache } = cacheOf();
    const exact = new ExactCache({ ...bounds, now: () => 0 });
    const asked: string[] = [];
    const hybrid = new HybridCache(exact, withSemantic ? cache : null);
    const lookup = (key: string, like: SimilarRequest | null): HybridLookup => ({
      key,
      tenant: 'ada',
      similar: like,
      embed: async (text) => {
        asked.push(text);
        return vector(1, 0);
      },
    });
    return { hybrid, asked, lookup };
  }

  it('asks the exact cache first, and embeds a text once for lookup and storing', async () => {
    const { hybrid, asked, lookup } = hybridOf();
    const like = similar('hello there');
    expect(await hybrid.get(lookup('k', like))).toBeNull();
    hybrid.set('k', 'ada', cached('1'), like);
    expect(asked).toEqual(['hello there']);
    expect(await hybrid.get(lookup('k', similar('hello there')))).toEqual({
      ...cached('1'),
      id: 'k',
      similarity: null,
    });
    expect(asked).toHaveLength(1);
    expect(await hybrid.get(lookup('other', similar('Hello there!')))).toEqual({
      ...cached('1'),
      id: 'k',
      similarity: 1,
    });
    expect(hybrid.list('ada', 9)).toMatchObject([{ id: 'k', hits: 2, similar: true }]);
    expect(hybrid.stats('ada')).toMatchObject({
      entries: 1,
      hits: 2,
      misses: 1,
      semantic: { hits: 1, misses: 1 },
    });
    expect(hybrid.delete('k', 'bob')).toBe(false);
    expect(hybrid.delete('k', 'ada')).toBe(true);
    expect(await hybrid.get(lookup('other', similar('Hello there!')))).toBeNull();
  });

  it('keeps answers apart that are under way at once', async () => {
    const { hybrid, lookup } = hybridOf();
    const texts = ['a cat', 'a dog', 'a cow'];
    const likes = texts.map((text) => similar(text));
    await Promise.all(likes.map((like, at) => hybrid.get(lookup(`${at}`, like))));
    likes.forEach((like, at) => {
      hybrid.set(`${at}`, 'ada', cached(texts[at]!), like);
    });
    for (const text of texts) {
      expect(await hybrid.get(lookup('new', similar(`${text}?`)))).toMatchObject(cached(text));
    }
    expect(hybrid.clear('bob')).toBe(0);
    expect(hybrid.clear('ada')).toBe(3);
  });

  it('takes a failing embedding for a miss, and stores the answer for the same request', async () => {
    const { hybrid, lookup } = hybridOf();
    const like = similar('hello');
    const failing = { ...lookup('k', like), embed: () => Promise.reject(new Error('down')) };
    expect(await hybrid.get(failing)).toBeNull();
    hybrid.set('k', 'ada', cached('1'), like);
    expect(await hybrid.get(failing)).toMatchObject({ similarity: null });
    expect(hybrid.list('ada', 9)).toMatchObject([{ similar: false }]);
    expect(hybrid.stats('ada').semantic).toMatchObject({ entries: 0, unembedded: 1 });
  });

  it('without a semantic half, or for a request that has to be the same, is the exact cache', async () => {
    for (const [withSemantic, like] of [
      [false, similar('hello')],
      [true, null],
    ] as const) {
      const { hybrid, asked, lookup } = hybridOf(withSemantic);
      expect(await hybrid.get(lookup('k', like))).toBeNull();
      hybrid.set('k', 'ada', cached('1'), like);
      expect(await hybrid.get(lookup('k2', like))).toBeNull();
      expect(await hybrid.get({ ...lookup('k', like), isFit: () => false })).toBeNull();
      expect(await hybrid.get(lookup('k', like))).toMatchObject({ id: 'k' });
      expect(asked).toEqual([]);
      expect(hybrid.stats()).toMatchObject({ entries: 1, hits: 1, misses: 3 });
    }
  });
});
