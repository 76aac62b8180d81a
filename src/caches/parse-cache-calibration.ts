import { z } from 'zod';
import { pathText, schemaFindings } from '../documents/index.js';
import { UserError } from '../user-error.js';
import type { CacheCalibration } from './cache-calibration.js';
import { GUARDS_VERSION } from './guards/index.js';

const share = z.number('a share').min(0, 'a share').max(1, 'a share');
const count = z.int('a count').min(0, 'a count');
const label = z.string('text').min(1, 'text').max(4000, 'shorter text');
const hash = z.string('a hash').regex(/^[0-9a-f]{64}$/, 'a hash');
const threshold = z.number('a cosine').gt(0, 'a cosine above 0').max(1, 'a cosine').nullable();

const figures = z.strictObject({
  threshold: share,
  same: count,
  hits: count,
  different: count,
  falseHits: count,
  falseHitUpper: share,
});
const curve = z.strictObject({
  threshold,
  calibration: z.array(figures, 'a list').max(10_000, 'a shorter list'),
  test: figures.nullable(),
});
const kind = z.strictObject({
  kind: label,
  split: z.enum(['calibration', 'test'], 'calibration or test'),
  same: z.boolean('true or false'),
  pairs: count,
  hits: count.nullable(),
  hitsWithoutGuards: count.nullable(),
});
const schema = z.strictObject(
  {
    ...curve.shape,
    format: z.literal('switchyard-cache-calibration', '"switchyard-cache-calibration"'),
    format_version: z.literal(1, '1'),
    created_at: label,
    code_version: label,
    embeddings: label,
    guards: label,
    pairs: z.strictObject({ path: label, sha256: hash }),
    max_false_hits: share,
    without_guards: curve,
    kinds: z.array(kind, 'a list').max(10_000, 'a shorter list'),
  },
  'an object',
);

/**
 * Reads what `switchyard cache calibrate` wrote.
 * @param file name of the file, for messages
 * @param embeddings signal id of the embeddings it is to be used with
 * @throws UserError in one line, for a file that is none, and for one that was measured with other
 * embeddings or guards, as its threshold says nothing about these
 */
export function parseCacheCalibration(
  text: string,
  file: string,
  embeddings: string,
): CacheCalibration {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${file}: not JSON; name a file that "switchyard cache calibrate" wrote.`, {
      cause,
    });
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    const [first] = schemaFindings(parsed.error.issues, data);
    const place = first === undefined || first.path.length === 0 ? '' : `${pathText(first.path)}: `;
    throw new UserError(
      `${file}: ${place}${first?.message ?? 'not understood'}; name a file that "switchyard cache calibrate" wrote.`,
    );
  }
  const calibration = parsed.data;
  const again = 'calibrate again with "switchyard cache calibrate"';
  if (calibration.embeddings !== embeddings) {
    throw new UserError(
      `${file}: calibrated with the embeddings "${calibration.embeddings}", not "${embeddings}": ${again}, or name those embeddings.`,
    );
  }
  if (calibration.guards !== GUARDS_VERSION) {
    throw new UserError(
      `${file}: calibrated with guards of version "${calibration.guards}"; these are "${GUARDS_VERSION}": ${again}.`,
    );
  }
  return calibration;
}
