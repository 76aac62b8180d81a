import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CacheCalibration, parseCacheCalibration } from '../../caches/index.js';
import { flag, integer, mapping, text } from '../../documents/index.js';
import { embeddingsEntry, embeddingsOf, type SignalSpec, signalId } from '../../features/index.js';
import { UserError } from '../../user-error.js';
import type { SemanticCacheConfig } from '../service-config.js';

/** The key `cache.semantic` of the service's configuration file, as written. */

const THRESHOLD = 'a cosine above 0 and at most 1';

export const semanticCache = mapping('a mapping with calibration', {
  calibration: text('a path')
    .describe('What "switchyard cache calibrate" wrote, relative to this file.')
    .optional(),
  threshold: z
    .number({ error: THRESHOLD })
    .gt(0, { error: THRESHOLD })
    .max(1, { error: THRESHOLD })
    .describe(
      'Least similarity of two requests that share an answer. Default: that of the calibration, which it may only raise.',
    )
    .optional(),
  accept_uncalibrated: flag()
    .describe('True to go by a threshold that nothing was measured with. Default false.')
    .optional(),
  embeddings: embeddingsEntry
    .describe(
      'What tells how similar two requests are; "local" computes it on this machine. Default local.',
    )
    .optional(),
  ttl_seconds: integer(1, 31_536_000)
    .describe("How long an answer may be repeated to similar requests. Default: the cache's.")
    .optional(),
  max_entries: integer(1, 1_000_000)
    .describe('Most answers kept for similar requests. Default 10000.')
    .optional(),
}).describe(
  'Repeats answers to requests that ask the same in other words. Default: none are; answers can be wrong then, so it wants a calibration.',
);

export type SemanticCacheDocument = z.output<typeof semanticCache>;

const DEFAULT_MAX_ENTRIES = 10_000;
const CALIBRATE = 'switchyard cache calibrate datasets/cache-pairs.jsonl';

/**
 * The semantic cache as it is configured.
 * @param calibrationPath absolute; null where the file names none
 * @param cacheTtlSeconds of the cache as a whole
 * @throws UserError in one line, without the place in the configuration: where nothing was calibrated
 * and that is not accepted, or what was calibrated is not this
 */
export function semanticCacheOf(
  document: SemanticCacheDocument,
  calibrationPath: string | null,
  cacheTtlSeconds: number,
): SemanticCacheConfig {
  const embeddings = embeddingsOf(document.embeddings ?? 'local');
  const calibration = calibrationPath === null ? null : read(calibrationPath, embeddings);
  const threshold = thresholdOf(document, calibration);
  const isCalibrated = calibration?.threshold != null && threshold >= calibration.threshold;
  return {
    embeddings,
    threshold,
    calibration: isCalibrated ? calibration : null,
    ttlSeconds: document.ttl_seconds ?? cacheTtlSeconds,
    maxEntries: document.max_entries ?? DEFAULT_MAX_ENTRIES,
  };
}

function read(path: string, embeddings: SignalSpec): CacheCalibration {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new UserError(`Calibration "${path}": ${reason}; "${CALIBRATE}" writes one`, { cause });
  }
  return parseCacheCalibration(content, path, signalId(embeddings));
}

function thresholdOf(
  { threshold, accept_uncalibrated: accepted = false }: SemanticCacheDocument,
  calibration: CacheCalibration | null,
): number {
  if (calibration === null) {
    if (accepted && threshold !== undefined) return threshold;
    throw new UserError(
      `found no calibration, expected the file that "${CALIBRATE}" writes, or a threshold with accept_uncalibrated: true`,
    );
  }
  const { threshold: calibrated, max_false_hits: bound } = calibration;
  if (calibrated === null) {
    throw new UserError(
      `found a calibration in which no threshold keeps false hits under ${bound}, expected one that has a threshold`,
    );
  }
  if (threshold !== undefined && threshold < calibrated && !accepted) {
    throw new UserError(
      `found the threshold ${threshold}, expected at least ${calibrated}, which was calibrated, or accept_uncalibrated: true`,
    );
  }
  return threshold ?? calibrated;
}

/** Sentences for whoever starts a service with it. */
export function semanticCacheWarnings(config: SemanticCacheConfig | undefined): readonly string[] {
  if (config === undefined || config.calibration !== null) return [];
  return [
    `the semantic cache repeats answers from a similarity of ${config.threshold} on, which nothing was measured with: how often they are wrong is not known`,
  ];
}
