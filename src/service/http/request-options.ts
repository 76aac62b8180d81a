import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { Refusal } from '../refusal.js';

/** What a client says about a request beside its body. */
export interface RequestOptions {
  readonly tag: string | null;
  readonly domain: string | null;
  readonly useCache: boolean;
  readonly compress: boolean;
}

export const LONGEST_LABEL = 100;

/** The headers that `requestOptions` reads, as they are described. */
export const optionHeaders = z.looseObject({
  'x-switchyard-tag': z.string().optional().describe('What the request is filed under.'),
  'x-switchyard-domain': z.string().optional().describe('The kind of work, for routing.'),
  'x-switchyard-cache': z.enum(['on', 'off']).optional(),
  'x-switchyard-compress': z.enum(['lossless', 'off']).optional(),
});

/** @throws Refusal 400 for a header that says nothing we know */
export function requestOptions(headers: IncomingHttpHeaders): RequestOptions {
  return {
    tag: label(headers, 'x-switchyard-tag'),
    domain: label(headers, 'x-switchyard-domain'),
    useCache: choice(headers, 'x-switchyard-cache', ['on', 'off'], 'on') === 'on',
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

function choice(
  headers: IncomingHttpHeaders,
  name: string,
  choices: readonly string[],
  absent: string,
): string {
  const value = headers[name];
  if (value === undefined) return absent;
  if (typeof value === 'string' && choices.includes(value)) return value;
  const given = String(value).slice(0, LONGEST_LABEL);
  throw invalid(
    `${name}: expected ${choices.map((one) => `"${one}"`).join(' or ')}, got "${given}".`,
  );
}

const invalid = (message: string): Refusal =>
  new Refusal('invalid_request', { status: 400, message });
