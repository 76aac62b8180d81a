import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheCalibration, GUARDS_VERSION } from '../../src/caches/index.js';
import { type Catalogue, createCatalogue } from '../../src/costs/index.js';
import { loadServiceConfig, type ServiceSettings } from '../../src/service/index.js';
import { aCalibration } from '../caches/a-calibration.js';

let folder: string;
let catalogue: Catalogue;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
  catalogue = await createCatalogue({ asOf: '2026-11-23' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CALIBRATION = aCalibration(0.9);

function load(
  semantic: string,
  calibration: Partial<CacheCalibration> | string | null = {},
  others = '',
): Promise<ServiceSettings> {
  const path = join(folder, 'c.json');
  rmSync(path, { force: true });
  if (calibration !== null) {
    const data =
      typeof calibration === 'string'
        ? calibration
        : JSON.stringify({ ...CALIBRATION, ...calibration });
    writeFileSync(path, data);
  }
  const file = join(folder, 's.yaml');
  writeFileSync(
    file,
    `models: [simulated/small]\ncache:\n  ttl_seconds: 90\n${others}  semantic: ${semantic}\n`,
  );
  const readTable = () => Promise.reject(new Error('there is none'));
  return loadServiceConfig(file, {
    env: {},
    cwd: folder,
    catalogue,
    asOf: '2026-11-23',
    readTable,
  });
}

/** What it says, without the folder, which is another each time. */
async function mistake(...given: Parameters<typeof load>): Promise<string> {
  const error = await load(...given).then(
    () => null,
    (caught: Error) => caught,
  );
  expect(error?.name).toBe('UserError');
  return error!.message.replaceAll(`${folder}/`, '');
}

const PLACE = 's.yaml:4:13  cache.semantic  ';
const refused: readonly (readonly [what: string, given: Parameters<typeof load>, line: string])[] =
  [
    [
      'no calibration',
      ['{ max_entries: 10 }'],
      `${PLACE}found no calibration, expected the file that "switchyard cache calibrate datasets/cache-pairs.jsonl" writes, or a threshold with accept_uncalibrated: true`,
    ],
    [
      'a threshold alone',
      ['{ threshold: 0.99 }'],
      `${PLACE}found no calibration, expected the file that "switchyard cache calibrate datasets/cache-pairs.jsonl" writes, or a threshold with accept_uncalibrated: true`,
    ],
    [
      'to go without one, at no threshold',
      ['{ accept_uncalibrated: true }'],
      `${PLACE}found no calibration, expected the file that "switchyard cache calibrate datasets/cache-pairs.jsonl" writes, or a threshold with accept_uncalibrated: true`,
    ],
    [
      'a file that is not there',
      ['{ calibration: c.json }', null],
      `${PLACE}Calibration "c.json": there is no such file; "switchyard cache calibrate datasets/cache-pairs.jsonl" writes one`,
    ],
    [
      'a file of something else',
      ['{ calibration: c.json }', 'threshold: 0.9'],
      `${PLACE}c.json: not JSON; name a file that "switchyard cache calibrate" wrote.`,
    ],
    [
      'a calibration of other embeddings',
      ['{ calibration: c.json }', { embeddings: 'embedding:openai/text-embedding-3-small:1' }],
      `${PLACE}c.json: calibrated with the embeddings "embedding:openai/text-embedding-3-small:1", not "embedding:local:1": calibrate again with "switchyard cache calibrate", or name those embeddings.`,
    ],
    [
      'embeddings other than those of the calibration',
      ['{ calibration: c.json, embeddings: openai/text-embedding-3-small }'],
      `${PLACE}c.json: calibrated with the embeddings "embedding:local:1", not "embedding:openai/text-embedding-3-small:1": calibrate again with "switchyard cache calibrate", or name those embeddings.`,
    ],
    [
      'a calibration of other guards',
      ['{ calibration: c.json }', { guards: '0' }],
      `${PLACE}c.json: calibrated with guards of version "0"; these are "${GUARDS_VERSION}": calibrate again with "switchyard cache calibrate".`,
    ],
    [
      'a calibration that found no threshold',
      ['{ calibration: c.json }', { threshold: null }],
      `${PLACE}found a calibration in which no threshold keeps false hits under 0.01, expected one that has a threshold`,
    ],
    [
      'a threshold below the one calibrated',
      ['{ calibration: c.json, threshold: 0.85 }'],
      `${PLACE}found the threshold 0.85, expected at least 0.9, which was calibrated, or accept_uncalibrated: true`,
    ],
    [
      'a cache that is off',
      ['{ calibration: c.json }', {}, '  enabled: false\n'],
      's.yaml:5:13  cache.semantic  needs the cache, which is turned off: expected enabled: true',
    ],
    [
      'a threshold that is no cosine',
      ['{ calibration: c.json, threshold: 90 }'],
      's.yaml:4:47  cache.semantic.threshold  found 90, expected a cosine above 0 and at most 1',
    ],
    [
      'a key that is none',
      ['{ calibraton: c.json }'],
      's.yaml:4:15  cache.semantic.calibraton  unknown key, expected one of calibration, threshold, accept_uncalibrated, embeddings, ttl_seconds, max_entries (did you mean "calibration"?)',
    ],
  ];

describe('the semantic cache in a configuration', () => {
  it.each(refused)('is refused in one line: %s', async (_, given, line) => {
    expect(await mistake(...given)).toBe(line);
  });

  it('is what was calibrated, with the defaults of the cache', async () => {
    const { config, warnings } = await load('{ calibration: c.json }');
    expect(config.cache.semantic).toEqual({
      embeddings: expect.objectContaining({ kind: 'embedding', model: 'local' }),
      threshold: 0.9,
      calibration: CALIBRATION,
      ttlSeconds: 90,
      maxEntries: 10_000,
    });
    expect(warnings).toEqual([]);
  });

  it('may be stricter than what was calibrated', async () => {
    const { config, warnings } = await load(
      '{ calibration: c.json, threshold: 0.95, ttl_seconds: 60, max_entries: 5 }',
    );
    expect(config.cache.semantic).toMatchObject({
      threshold: 0.95,
      calibration: { threshold: 0.9 },
      ttlSeconds: 60,
      maxEntries: 5,
    });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['no calibration', '{ threshold: 0.8, accept_uncalibrated: true }'],
    ['a lower one', '{ calibration: c.json, threshold: 0.8, accept_uncalibrated: true }'],
  ])('goes by a threshold that nothing was measured with, and says so: %s', async (_, written) => {
    const { config, warnings } = await load(written);
    expect(config.cache.semantic).toMatchObject({ threshold: 0.8, calibration: null });
    expect(warnings).toEqual([
      'the semantic cache repeats answers from a similarity of 0.8 on, which nothing was measured with: how often they are wrong is not known',
    ]);
  });

  it('is absent where nothing is said of it', async () => {
    const { config } = await load('{ calibration: c.json }');
    expect(config.cache).toHaveProperty('semantic');
    writeFileSync(join(folder, 's.yaml'), 'cache: { ttl_seconds: 3 }\n');
    const readTable = () => Promise.reject(new Error('there is none'));
    const options = { env: {}, cwd: folder, catalogue, asOf: '2026-11-23', readTable };
    const plain = await loadServiceConfig(join(folder, 's.yaml'), options);
    expect(plain.config.cache).not.toHaveProperty('semantic');
  });
});
