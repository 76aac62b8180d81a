import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const file = new URL('../../datasets/cache-pairs.jsonl', import.meta.url);

interface Pair {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly kind: string;
  readonly group: string;
  readonly split: string;
}

const pairs: readonly Pair[] = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const splits = ['calibration', 'test'];
const differentKinds = [
  'attribute',
  'entity',
  'language',
  'negation',
  'number',
  'order',
  'unrelated',
];
const plain = (text: string): string => text.toLowerCase().trim();

describe('the pairs that ship for calibrating similar answers', () => {
  it('have the members that the README names', () => {
    for (const pair of pairs) {
      expect(Object.keys(pair), pair.id).toEqual([
        'id',
        'a',
        'b',
        'same',
        'kind',
        'group',
        'split',
      ]);
      expect(pair.id).toMatch(/^p\d{4}$/);
      expect(pair.a.trim(), pair.id).not.toBe('');
      expect(pair.b.trim(), pair.id).not.toBe('');
      expect(['paraphrase', ...differentKinds], pair.id).toContain(pair.kind);
      expect(pair.same, pair.id).toBe(pair.kind === 'paraphrase');
      expect(splits, pair.id).toContain(pair.split);
    }
    expect(new Set(pairs.map(({ id }) => id)).size).toBe(pairs.length);
  });

  it('are enough of every kind to bound false hits at 1 % on either split', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(600);
    for (const split of splits) {
      const own = pairs.filter((pair) => pair.split === split);
      // 299 pairs without a false hit are the fewest whose upper 95 % bound is below 1 %.
      expect(own.filter(({ same }) => !same).length, split).toBeGreaterThanOrEqual(299);
      expect(own.filter(({ same }) => same).length, split).toBeGreaterThanOrEqual(150);
      for (const kind of differentKinds) {
        const count = own.filter((pair) => pair.kind === kind).length;
        expect(count, `${split}, ${kind}`).toBeGreaterThanOrEqual(15);
      }
    }
  });

  it('keep every group and every text on one side of the split', () => {
    const sides = new Map<string, string>();
    for (const { id, a, b, group, split } of pairs) {
      for (const key of [`group ${group}`, `text ${plain(a)}`, `text ${plain(b)}`]) {
        expect(sides.get(key) ?? split, `${id}: ${key}`).toBe(split);
        sides.set(key, split);
      }
    }
  });

  it('repeat no pair, and differ by more than case where the answers differ', () => {
    const seen = new Set<string>();
    for (const { id, a, b, same } of pairs) {
      expect(a, id).not.toBe(b);
      if (!same) expect(plain(a), id).not.toBe(plain(b));
      const key = JSON.stringify([a, b].sort());
      expect(seen.has(key), id).toBe(false);
      seen.add(key);
    }
  });
});
