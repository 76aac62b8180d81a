const GRAM = 5;
/** 1,552⁵ is below 2⁵³, so five characters of such an alphabet make one exact number. */
const ALPHABET = 1552;

/** Extra rare grams looked at, as a share of a set: similar sets must then share that many more among them. */
const EXTRA_SHARE = 0.04;

/**
 * All pairs of texts whose sets of character 5-grams have a Jaccard similarity of at least
 * `threshold`, each reported once through `found`, exactly. Candidates by prefix filtering with
 * length bounds (Bayardo, Ma and Srikant 2007), the prefixes lengthened so that a pair must share
 * several grams in them (Wang, Li and Feng 2012, "Can we beat the prefix filtering?"): counting
 * those settles nearly all pairs. The rest is verified on the whole sets.
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
  const order = Int32Array.from(sets, (_, i) => i).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  // The smaller of two, which is indexed before, needs fewer grams looked at than the larger, which
  // is probed: it must overlap with a set at least as large as itself.
  const indexed = sizes.map((size) => firstGrams(size, (2 * threshold) / (1 + threshold)));
  const { starts, members } = emptyPostings(sets, indexed, gramCount);
  const ends = starts.slice();
  const shared = new Int32Array(texts.length);
  const met = new Int32Array(texts.length);
  for (const current of order) {
    const grams = sets[current]!;
    const size = grams.length;
    const probed = firstGrams(size, threshold);
    let candidates = 0;
    for (let position = 0; position < probed; position++) {
      const gram = grams[position]!;
      const end = ends[gram]!;
      let at = starts[gram]!;
      // Sets are met in order of size, so one that is too small now will be for all that follow.
      while (at < end && sizes[members[at]!]! < threshold * size) at++;
      starts[gram] = at;
      for (; at < end; at++) {
        const other = members[at]!;
        if (shared[other]!++ === 0) met[candidates++] = other;
      }
    }
    for (let i = 0; i < candidates; i++) {
      const other = met[i]!;
      const inFirst = shared[other]!;
      shared[other] = 0;
      const needed = sharedNeeded(size + sizes[other]!, threshold);
      const spare = Math.min(probed - size, indexed[other]! - sizes[other]!);
      if (inFirst < needed + spare || settled(current, other)) continue;
      if (shareAtLeast(grams, sets[other]!, needed)) found(current, other);
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

/**
 * How many of a set's rarest grams are looked at: enough that an overlap of this share cannot escape,
 * and some more. Of sets that share `needed` grams, the first ones share all but those that come later.
 */
function firstGrams(size: number, share: number): number {
  const enough = size - Math.ceil(share * size - 1e-9) + 1;
  return Math.min(size, enough + Math.floor(EXTRA_SHARE * size));
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
  const ids = new GramIndex();
  const letters = new Letters();
  const longest = texts.reduce((most, text) => Math.max(most, text.length), GRAM);
  const codes = new Int32Array(longest);
  const grams = new Int32Array(longest);
  const sets = texts.map((text, index) => {
    for (let i = 0; i < text.length; i++) codes[i] = letters.numberOf(text.charCodeAt(i));
    const count = Math.max(1, text.length - GRAM + 1);
    let distinct = 0;
    for (let start = 0; start < count; start++) {
      const id = ids.idOf(codes, start, Math.min(start + GRAM, text.length));
      if (ids.countOnce(id, index)) grams[distinct++] = id;
    }
    return grams.slice(0, distinct);
  });
  const frequency = ids.frequencies();
  const byRarity = Int32Array.from(frequency, (_, id) => id).sort(
    (a, b) => frequency[a]! - frequency[b]! || a - b,
  );
  const rank = new Int32Array(byRarity.length);
  byRarity.forEach((id, position) => {
    rank[id] = position;
  });
  for (const set of sets) {
    for (let i = 0; i < set.length; i++) set[i] = rank[set[i]!]!;
    set.sort();
  }
  return { sets, grams: rank.length };
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
 * Consecutive ids for grams, and how many texts have each: an open hash table over typed arrays,
 * many times faster than a Map here.
 */
class GramIndex {
  #keys = new Float64Array(1 << 16).fill(-1);
  #hashes = new Int32Array(1 << 16);
  #ids = new Int32Array(1 << 16);
  #texts = new Int32Array(1 << 15);
  #lastText = new Int32Array(1 << 15).fill(-1);
  #size = 0;

  /** The id of the letters from `start` to `end`. */
  idOf(codes: Int32Array, start: number, end: number): number {
    let key = 0;
    let hash = 0;
    for (let i = start; i < end; i++) {
      key = key * ALPHABET + codes[i]!;
      hash = Math.imul(hash, 0x01000193) + codes[i]!;
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    let slot = this.#slotOf(key, hash);
    if (this.#keys[slot] === key) return this.#ids[slot]!;
    if (this.#size * 2 >= this.#keys.length) {
      this.#grow();
      slot = this.#slotOf(key, hash);
    }
    this.#keys[slot] = key;
    this.#hashes[slot] = hash;
    this.#ids[slot] = this.#size;
    return this.#size++;
  }

  /** Counts a text that has the gram; false where it was counted already. Texts come one after another. */
  countOnce(id: number, text: number): boolean {
    if (this.#lastText[id] === text) return false;
    this.#lastText[id] = text;
    this.#texts[id]!++;
    return true;
  }

  /** Texts that have each gram, by id. */
  frequencies(): Int32Array {
    return this.#texts.slice(0, this.#size);
  }

  #slotOf(key: number, hash: number): number {
    const mask = this.#keys.length - 1;
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (this.#keys[slot] !== -1 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const hashes = this.#hashes;
    const ids = this.#ids;
    this.#keys = new Float64Array(keys.length * 2).fill(-1);
    this.#hashes = new Int32Array(keys.length * 2);
    this.#ids = new Int32Array(keys.length * 2);
    keys.forEach((key, old) => {
      if (key === -1) return;
      const slot = this.#slotOf(key, hashes[old]!);
      this.#keys[slot] = key;
      this.#hashes[slot] = hashes[old]!;
      this.#ids[slot] = ids[old]!;
    });
    const texts = new Int32Array(keys.length);
    texts.set(this.#texts);
    this.#texts = texts;
    const lastText = new Int32Array(keys.length).fill(-1);
    lastText.set(this.#lastText);
    this.#lastText = lastText;
  }
}
