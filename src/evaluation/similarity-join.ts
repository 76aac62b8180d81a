const GRAM = 5;
/** 1,552⁵ is below 2⁵³, so five characters of such an alphabet make one exact number. */
const ALPHABET = 1552;

/**
 * All pairs of texts whose sets of character 5-grams have a Jaccard similarity of at least
 * `threshold`, each reported once through `found`, exactly: candidates by prefix filtering with
 * length bounds (Bayardo, Ma and Srikant 2007), verified on the whole sets.
 * A text shorter than five characters is one gram, as it is.
 * @param settled true for pairs whose answer is of no interest any more; they are not verified
 */
export function joinSimilar(
  texts: readonly string[],
  threshold: number,
  found: (a: number, b: number) => void,
  settled: (a: number, b: number) => boolean,
): void {
  const { sets, grams: gramCount } = gramSets(texts);
  const sizes = Int32Array.from(sets, (set) => set.length);
  const order = sets.map((_, i) => i).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  // Two similar sets share a gram among the first ones of each. The smaller, which is indexed
  // before, needs fewer of them: it must overlap with a set at least as large as itself.
  const indexed = sizes.map((size) => firstGrams(size, (2 * threshold) / (1 + threshold)));
  const { starts, members } = emptyPostings(sets, indexed, gramCount);
  const ends = starts.slice();
  const met = new Int32Array(texts.length).fill(-1);
  const signatures = new Signatures(sets);
  for (const current of order) {
    const grams = sets[current]!;
    const size = grams.length;
    const shortest = threshold * size;
    const probed = firstGrams(size, threshold);
    for (let position = 0; position < probed; position++) {
      const gram = grams[position]!;
      for (let at = ends[gram]! - 1; at >= starts[gram]!; at--) {
        const other = members[at]!;
        // Postings grow in order of size, so all before this one are too small as well.
        if (sizes[other]! < shortest) break;
        if (met[other] === current) continue;
        met[other] = current;
        const together = size + sizes[other]!;
        const needed = sharedNeeded(together, threshold);
        if (signatures.differ(current, other, together - 2 * needed)) continue;
        if (settled(current, other)) continue;
        if (shareAtLeast(grams, sets[other]!, needed)) found(current, other);
      }
    }
    for (let position = 0; position < indexed[current]!; position++) {
      members[ends[grams[position]!]!++] = current;
    }
  }
}

/** Room for the sets that will be indexed under each gram: gram g's from `starts[g]` on. */
function emptyPostings(
  sets: readonly Int32Array[],
  indexed: Int32Array,
  grams: number,
): { starts: Int32Array; members: Int32Array } {
  const starts = new Int32Array(grams + 1);
  let total = 0;
  sets.forEach((set, i) => {
    for (let position = 0; position < indexed[i]!; position++) starts[set[position]! + 1]!++;
    total += indexed[i]!;
  });
  for (let gram = 0; gram < grams; gram++) starts[gram + 1]! += starts[gram]!;
  return { starts, members: new Int32Array(total) };
}

/** How many of a set's rarest grams must be looked at so that no overlap of this share escapes. */
function firstGrams(size: number, share: number): number {
  return size - Math.ceil(share * size - 1e-9) + 1;
}

/** Grams that two sets of this many together must share for a Jaccard similarity of `threshold`. */
function sharedNeeded(together: number, threshold: number): number {
  return Math.ceil((threshold / (1 + threshold)) * together - 1e-9);
}

/** Whether two ascending lists share that many members, given up as soon as they cannot. */
function shareAtLeast(a: Int32Array, b: Int32Array, needed: number): boolean {
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (shared + Math.min(a.length - i, b.length - j) < needed) return false;
    const left = a[i]!;
    const right = b[j]!;
    if (left === right) {
      shared++;
      i++;
      j++;
    } else if (left < right) i++;
    else j++;
  }
  return shared >= needed;
}

/** Each text's distinct grams, numbered so that rarer grams have smaller numbers, ascending. */
function gramSets(texts: readonly string[]): { sets: Int32Array[]; grams: number } {
  const ids = new NumberIndex();
  const letters = new Letters();
  const frequency: number[] = [];
  const lastSeen: number[] = [];
  const raw = texts.map((text, index) => {
    const grams = new Int32Array(Math.max(1, text.length - GRAM + 1));
    let distinct = 0;
    for (let start = 0; start < grams.length; start++) {
      let key = 0;
      const end = Math.min(start + GRAM, text.length);
      for (let i = start; i < end; i++) key = key * ALPHABET + letters.numberOf(text.charCodeAt(i));
      const id = ids.idOf(key);
      if (id === frequency.length) {
        frequency.push(0);
        lastSeen.push(-1);
      }
      if (lastSeen[id] === index) continue;
      lastSeen[id] = index;
      frequency[id] = frequency[id]! + 1;
      grams[distinct++] = id;
    }
    return grams.slice(0, distinct);
  });
  const byRarity = Int32Array.from(frequency, (_, id) => id).sort(
    (a, b) => frequency[a]! - frequency[b]! || a - b,
  );
  const rank = new Int32Array(byRarity.length);
  byRarity.forEach((id, position) => {
    rank[id] = position;
  });
  return { sets: raw.map((grams) => grams.map((id) => rank[id]!).sort()), grams: rank.length };
}

/** A small number for each character, from 1; past the alphabet, characters share numbers. */
class Letters {
  readonly #numbers = new Int32Array(1 << 16);
  #count = 0;

  numberOf(code: number): number {
    const known = this.#numbers[code]!;
    if (known !== 0) return known;
    const next = 1 + (this.#count++ % (ALPHABET - 1));
    this.#numbers[code] = next;
    return next;
  }
}

/**
 * A bit string for each set in which every member flips one bit: two sets differ in at least as many
 * members as their strings do in bits (Sandes, Teodoro and Melo 2020, "Bitmap filter"). Settles
 * most pairs in a fraction of the time that comparing them takes.
 */
class Signatures {
  static readonly #WORDS = 16;
  readonly #bits: Int32Array;

  constructor(sets: readonly Int32Array[]) {
    const words = Signatures.#WORDS;
    this.#bits = new Int32Array(sets.length * words);
    sets.forEach((set, index) => {
      for (const gram of set) {
        const mixed = Math.imul(gram, 0x9e3779b1);
        const word = index * words + ((mixed >>> 28) & (words - 1));
        this.#bits[word] = this.#bits[word]! ^ (1 << ((mixed >>> 23) & 31));
      }
    });
  }

  /** True only if the two sets surely differ in more than `most` members. */
  differ(a: number, b: number, most: number): boolean {
    const words = Signatures.#WORDS;
    let count = 0;
    for (let word = 0; word < words; word++) {
      let x = this.#bits[a * words + word]! ^ this.#bits[b * words + word]!;
      x -= (x >>> 1) & 0x55555555;
      x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
      count += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return count > most;
  }
}

/** Consecutive ids for non-negative integers: an open hash table over a typed array, many times faster than a Map here. */
class NumberIndex {
  #keys = new Float64Array(1 << 16).fill(-1);
  #ids = new Int32Array(1 << 16);
  #size = 0;

  idOf(key: number): number {
    let slot = this.#slotOf(key);
    if (this.#keys[slot] === key) return this.#ids[slot]!;
    if (this.#size * 2 > this.#keys.length) {
      this.#grow();
      slot = this.#slotOf(key);
    }
    this.#keys[slot] = key;
    this.#ids[slot] = this.#size;
    return this.#size++;
  }

  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    const low = (key % 4294967296) | 0;
    const high = (key / 4294967296) | 0;
    let slot = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    while (this.#keys[slot] !== -1 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const ids = this.#ids;
    this.#keys = new Float64Array(keys.length * 2).fill(-1);
    this.#ids = new Int32Array(keys.length * 2);
    keys.forEach((key, old) => {
      if (key === -1) return;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#ids[slot] = ids[old]!;
    });
  }
}
