import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { CacheUse } from '../pipeline.js';
import { Refusal } from '../refusal.js';

/** What a client says about a request beside its body. */
export interface RequestOptions {
  readonly tag: string | null;
  readonly domain: string | null;
  readonly cache: CacheUse;
  readonly compress: boolean;
}

export const LONGEST_LABEL = 100;
const CACHE_USES = ['on', 'exact', 'off'] as const satisfies readonly CacheUse[];

/** The headers that `requestOptions` reads, as they are described. */
export const optionHeaders = z.looseObject({
  'x-switchyard-tag': z.string().optional().describe('What the request is filed under.'),
  'x-switchyard-domain': z.string().optional().describe('The kind of work, for routing.'),
  'x-switchyard-cache': z
    .enum(CACHE_USES)
    .optional()
    .describe('"exact": no answer to a request in other words; "off": no answer given before.'),
  'x-switchyard-compress': z.enum(['lossless', 'off']).optional(),
});

/** @throws Refusal 400 for a header that says nothing we know */
export function requestOptions(headers: IncomingHttpHeaders): RequestOptions {
  return {
    tag: label(headers, 'x-switchyard-tag'),
    domain: label(headers, 'x-switchyard-domain'),
    cache: choice(headers, 'x-switchyard-cache', CACHE_USES, 'on'),
    compress: choice(headers, 'x-switchyard-compress', ['lossless', 'off'], 'off') === 'lossless',
  };
}

function label(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  if (value === undefined || value === '') return null;
  if (typeof value !== 'string' || value.length > LONGEST_LABEL) {
    throw invalid(`${name}: expected one text of at most ${LONGEST_LABEL} characters.`);
  }
  return value;
}

function choice<Choice extends string>(
  headers: IncomingHttpHeaders,
  name: string,
  choices: readonly Choice[],
  absent: Choice,
): Choice {
  const value = headers[name];
  if (value === undefined) return absent;
  const chosen = choices.find((one) => one === value);
  if (chosen !== undefined) return chosen;
  const given = String(value).slice(0, LONGEST_LABEL);
  throw invalid(
    `${name}: expected ${choices.map((one) => `"${one}"`).join(' or ')}, got "${given}".`,
  );
}

const invalid = (message: string): Refusal =>
  new Refusal('invalid_request', { status: 400, message });
