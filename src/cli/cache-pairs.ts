import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { checkDataFile, Problems, readJsonLines } from '../datasets/index.js';
import { pathText, schemaFindings } from '../documents/index.js';
import { hashToUnit, sha256 } from '../hash.js';
import { UserError } from '../user-error.js';

/** Two texts of users, and whether one answer does for both. */
export interface LabelledPair {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly kind: string;
  readonly split: 'calibration' | 'test';
}

export interface PairsFile {
  readonly pairs: readonly LabelledPair[];
  readonly sha256: string;
}

/** As the semantic cache takes no longer ones. */
const MOST_CHARACTERS = 2000;

const said = z
  .string('text')
  .max(MOST_CHARACTERS, `at most ${MOST_CHARACTERS} characters`)
  .refine((text) => text.trim() !== '', 'text that is not blank');
const name = z.string('a name').min(1, 'a name').max(300, 'a shorter name');
const line = z.object(
  {
    id: name,
    a: said,
    b: said,
    same: z.boolean('true or false'),
    kind: name,
    group: name.optional(),
    split: z.enum(['calibration', 'test'], '"calibration" or "test"').optional(),
  },
  'an object',
);

/**
 * Reads labelled pairs from JSON Lines. A pair without a `split` falls in one by the hash of its
 * `group`, or its id, so that related ones are never chosen on and reported on at once.
 * @param shown path as the user gave it
 * @throws UserError with one line a problem, naming file and line
 */
export async function readCachePairs(shown: string, cwd: string): Promise<PairsFile> {
  const path = resolve(cwd, shown);
  if ((await checkDataFile(path)) !== 'jsonl') {
    throw new UserError(`${path}: pairs are read from JSON Lines: name a .jsonl file.`);
  }
  const problems = new Problems();
  const pairs: LabelledPair[] = [];
  const seen = new Set<string>();
  for (const { values, position } of await readJsonLines(path, problems)) {
    const parsed = line.safeParse(values);
    if (!parsed.success) {
      for (const { path: at, message } of schemaFindings(parsed.error.issues, values)) {
        problems.add(position, `\`${pathText(at)}\` ${message}`);
      }
      continue;
    }
    const { group, split, ...pair } = parsed.data;
    if (seen.has(pair.id)) problems.add(position, `the id "${pair.id}" is there before`);
    seen.add(pair.id);
    const drawn = hashToUnit('cache-pairs', group ?? pair.id) < 0.5 ? 'calibration' : 'test';
    pairs.push({ ...pair, split: split ?? drawn });
  }
  problems.throwIfAny();
  for (const same of [true, false]) {
    if (!pairs.some((pair) => pair.split === 'calibration' && pair.same === same)) {
      throw new UserError(
        `${path}: no pair with "same": ${same} in the calibration part; a threshold is chosen on pairs of both sorts.`,
      );
    }
  }
  return { pairs, sha256: sha256(await readFile(path)) };
}
