/** Most characters a pattern may have. */
const MAX_PATTERN = 500;
/** Most steps that matching may take from one starting point. */
const MAX_WORK = 5_000;
/** Longest text a bounded pattern is tried on, in UTF-16 code units. */
export const MAX_REGEX_INPUT = 30_000;

/** A regular expression that cannot be made to run long. */
export interface BoundedRegex {
  /** @throws RangeError where the text is longer than `MAX_REGEX_INPUT`. */
  test(text: string): boolean;
}

/** What a piece of a pattern costs: a function of what it costs to fail after it. */
interface Piece {
  /** Steps taken at worst if everything after this piece takes `rest` steps and then fails. */
  readonly work: (rest: number) => number;
  readonly quantified: boolean;
}

class Unbounded extends Error {}

const ONE: Piece = { work: (rest) => 1 + rest, quantified: false };

/**
 * Walks a pattern that `RegExp` has already accepted under the flag `u`, and adds up how many steps
 * a backtracking matcher can take: alternatives add, sequences multiply, repeats do both.
 */
class PatternWalk {
  private at = 0;
  private readonly pattern: string;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  walk(): Piece {
    return this.alternatives();
  }

  private alternatives(): Piece {
    const branches = [this.sequence()];
    while (this.pattern[this.at] === '|') {
      this.at++;
      branches.push(this.sequence());
    }
    if (branches.length === 1) return branches[0]!;
    return {
      work: (rest) => branches.reduce((sum, branch) => sum + 1 + branch.work(rest), 0),
      quantified: branches.some((branch) => branch.quantified),
    };
  }

  private sequence(): Piece {
    const pieces: Piece[] = [];
    for (;;) {
      const character = this.pattern[this.at];
      if (character === undefined || character === '|' || character === ')') break;
      pieces.push(this.repeated(this.atom()));
    }
    return {
      work: (rest) => pieces.reduceRight((after, piece) => capped(piece.work(after)), rest),
      quantified: pieces.some((piece) => piece.quantified),
    };
  }

  private atom(): Piece {
    const character = this.pattern[this.at]!;
    if (character === '(') return this.group();
    if (character === '[') return this.characterClass();
    if (character === '\\') return this.escape();
    this.at += this.pattern.codePointAt(this.at)! > 0xffff ? 2 : 1;
    return ONE;
  }

  private group(): Piece {
    const opening = this.pattern.slice(this.at, this.at + 4);
    if (/^\(\?<?[=!]/.test(opening)) throw new Unbounded('lookaround is not allowed');
    if (opening.startsWith('(?<')) this.at = this.pattern.indexOf('>', this.at) + 1;
    else if (opening.startsWith('(?')) this.at = this.pattern.indexOf(':', this.at) + 1;
    else this.at += 1;
    const inside = this.alternatives();
    this.at += 1;
    return inside;
  }

  private characterClass(): Piece {
    this.at += 1;
    while (this.pattern[this.at] !== ']') this.at += this.pattern[this.at] === '\\' ? 2 : 1;
    this.at += 1;
    return ONE;
  }

  private escape(): Piece {
    const next = this.pattern[this.at + 1]!;
    if (/[1-9k]/.test(next)) throw new Unbounded('a backreference is not allowed');
    const braced = /^\\[upP]\{/.test(this.pattern.slice(this.at, this.at + 3));
    if (braced) this.at = this.pattern.indexOf('}', this.at) + 1;
    else this.at += next === 'x' ? 4 : next === 'u' ? 6 : next === 'c' ? 3 : 2;
    return ONE;
  }

  private repeated(piece: Piece): Piece {
    const range = this.quantifier();
    if (range === null) return piece;
    const { least, most } = range;
    if (piece.quantified && most > 1) {
      throw new Unbounded('a repeated group must not contain another quantifier');
    }
    return { work: (rest) => repeatedWork(piece, least, most, rest), quantified: true };
  }

  private quantifier(): { readonly least: number; readonly most: number } | null {
    const character = this.pattern[this.at];
    if (character === '*' || character === '+') {
      throw new Unbounded(`"${character}" has no upper bound: write {0,50} or the like`);
    }
    if (character === '?') {
      this.at += 1;
      this.skipLazyMark();
      return { least: 0, most: 1 };
    }
    if (character !== '{') return null;
    const end = this.pattern.indexOf('}', this.at);
    const [least, most] = this.pattern.slice(this.at + 1, end).split(',');
    if (most === '') throw new Unbounded(`"{${least},}" has no upper bound`);
    this.at = end + 1;
    this.skipLazyMark();
    return { least: Number(least), most: Number(most ?? least) };
  }

  private skipLazyMark(): void {
    if (this.pattern[this.at] === '?') this.at += 1;
  }
}

function repeatedWork(piece: Piece, least: number, most: number, rest: number): number {
  if (most > MAX_WORK) throw new Unbounded(`at most ${MAX_WORK} repeats are allowed`);
  let work = rest;
  for (let done = most; done > 0; done--) {
    work = capped(piece.work(work) + (done > least ? rest : 0));
  }
  return work;
}

function capped(work: number): number {
  if (work > MAX_WORK) {
    throw new Unbounded('it could take too many steps: use fewer or smaller quantifiers');
  }
  return work;
}

/**
 * Why a pattern is refused, or null where it is bounded: at most 500 characters, every quantifier
 * with an upper bound (`?`, `{3}`, `{0,20}`), no quantifier over a repeated group with quantifiers,
 * no backreference, no lookaround, and at most 5,000 steps from one starting point whatever the text.
 */
export function boundedRegexProblem(pattern: string): string | null {
  if (pattern.length === 0) return 'it is empty and matches everything';
  if (pattern.length > MAX_PATTERN) {
    return `it has ${pattern.length} characters, at most ${MAX_PATTERN} are allowed`;
  }
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return `it is no regular expression: ${(error as Error).message.split(': ').at(-1)}`;
  }
  try {
    capped(new PatternWalk(pattern).walk().work(0));
    return null;
  } catch (error) {
    if (error instanceof Unbounded) return error.message;
    throw error;
  }
}

/**
 * @param ignoreCase letters match in either case
 * @throws RangeError where `boundedRegexProblem` finds one
 */
export function compileBoundedRegex(pattern: string, ignoreCase: boolean): BoundedRegex {
  const problem = boundedRegexProblem(pattern);
  if (problem !== null) throw new RangeError(`Pattern ${JSON.stringify(pattern)}: ${problem}`);
  const regex = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  return {
    test(text) {
      if (text.length > MAX_REGEX_INPUT) {
        throw new RangeError(
          `Expected a text of at most ${MAX_REGEX_INPUT} characters, got ${text.length}`,
        );
      }
      return regex.test(text);
    },
  };
}
