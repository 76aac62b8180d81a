import type { Prompt } from '../datasets/index.js';
import { sha256 } from '../hash.js';
import { findSharedEnds, withoutEnds } from './shared-ends.js';
import { joinSimilar } from './similarity-join.js';

/** Near-duplicates put together, so that no group is on two sides of a split. */
export interface Grouping {
  /** Group index of each prompt, from 0. */
  readonly groupOf: Int32Array;
  /** Of each group: the hash of its smallest text. Depends on what is in the group, not on the order of prompts. */
  readonly keys: readonly string[];
  readonly warnings: readonly string[];
}

const SIMILARITY = 0.6;
/** A group above this share of the prompts is warned of. */
const LARGE_GROUP = 0.01;
/** In data of a few hundred prompts a pair is more than that share and yet nothing to warn of. */
const LARGE_GROUP_PROMPTS = 3;

/**
 * Groups prompts that are near-duplicates of each other, directly or through others.
 * Texts are lower-cased with white space collapsed; the longest beginning and end that more than
 * 20 % of all prompts, or of the prompts of the same domain, have in common are left aside
 * (a file that mixes sources has a preamble for each); what remains joins where its character
 * 5-grams have a Jaccard similarity of at least 0.6. Prompts that declare the same `group` join too.
 */
export function groupPrompts(prompts: readonly Prompt[]): Grouping {
  const texts = prompts.map((prompt) =>
    prompt.messages
      .map((message) => message.content)
      .join(' ')
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .trim(),
  );
  const joined = new DisjointSets(prompts.length);
  joinEqual(
    joined,
    prompts.map((prompt) => prompt.group),
  );
  joinEqual(joined, texts);
  const firstOf = new Map<string, number>();
  stripped(prompts, texts).forEach((text, i) => {
    if (text === '') return;
    const first = firstOf.get(text);
    if (first === undefined) firstOf.set(text, i);
    else joined.join(first, i);
  });
  const representatives = [...firstOf.values()];
  joinSimilar(
    [...firstOf.keys()],
    SIMILARITY,
    (a, b) => joined.join(representatives[a]!, representatives[b]!),
    (a, b) => joined.find(representatives[a]!) === joined.find(representatives[b]!),
  );
  return describe(prompts, texts, joined);
}

/** Texts without their shared ends; empty where nothing of their own remains, which then joins nothing. */
function stripped(prompts: readonly Prompt[], texts: readonly string[]): string[] {
  const { prefix, suffix } = findSharedEnds(texts);
  const byDomain = new Map<string | null, number[]>();
  prompts.forEach((prompt, i) => {
    const rows = byDomain.get(prompt.domain);
    if (rows === undefined) byDomain.set(prompt.domain, [i]);
    else rows.push(i);
  });
  if (byDomain.size > 1) {
    for (const rows of byDomain.values()) {
      const ends = findSharedEnds(rows.map((row) => texts[row]!));
      rows.forEach((row, i) => {
        prefix[row] = Math.max(prefix[row]!, ends.prefix[i]!);
        suffix[row] = Math.max(suffix[row]!, ends.suffix[i]!);
      });
    }
  }
  return texts.map((text, i) => withoutEnds(text, prefix[i]!, suffix[i]!));
}

function joinEqual(joined: DisjointSets, values: readonly (string | null)[]): void {
  const first = new Map<string, number>();
  values.forEach((value, i) => {
    if (value === null) return;
    const known = first.get(value);
    if (known === undefined) first.set(value, i);
    else joined.join(known, i);
  });
}

function describe(
  prompts: readonly Prompt[],
  texts: readonly string[],
  joined: DisjointSets,
): Grouping {
  const indexOf = new Map<number, number>();
  const smallest: string[] = [];
  const examples: string[] = [];
  const sizes: number[] = [];
  const groupOf = Int32Array.from(prompts, (prompt, i) => {
    const root = joined.find(i);
    const group = indexOf.get(root) ?? indexOf.size;
    indexOf.set(root, group);
    const text = texts[i]!;
    if (smallest[group] === undefined || text < smallest[group]) smallest[group] = text;
    examples[group] ??= prompt.id;
    sizes[group] = (sizes[group] ?? 0) + 1;
    return group;
  });
  const large = sizes
    .map((size, group) => ({ size, example: examples[group]! }))
    .filter(({ size }) => size > LARGE_GROUP * prompts.length && size >= LARGE_GROUP_PROMPTS)
    .sort((a, b) => b.size - a.size);
  const warnings =
    large.length === 0
      ? []
      : [
          `${large.length} group${large.length === 1 ? '' : 's'} of near-duplicate prompts ${large.length === 1 ? 'holds' : 'hold'} more than 1 % of all prompts each; the largest has ${large[0]!.size} of ${prompts.length} (one is "${large[0]!.example}"). Each stays on one side of the split, so sides may be uneven.`,
        ];
  return { groupOf, keys: smallest.map((text) => sha256(text)), warnings };
}

/** Union-find with path halving. */
class DisjointSets {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  find(member: number): number {
    let at = member;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]!]!;
      at = this.#parent[at]!;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [low, high] = [this.find(a), this.find(b)].sort((x, y) => x - y);
    this.#parent[high!] = low!;
  }
}
