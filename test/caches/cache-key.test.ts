import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type CacheScope, cacheKey } from '../../src/caches/index.js';
import type { ChatRequest } from '../../src/wire/index.js';
import { request, requests } from './sample-requests.js';

const scope: CacheScope = {
  tenant: 'ada',
  answeredBy: 'maker/model',
  format: 'one-format',
  domain: null,
};

/** Members that say nothing about the answer. */
const shaping = ({ model, stream, streamUsage, labels, ...rest }: ChatRequest) => rest;

/** The same data with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, turned(member)] as const);
  return Object.fromEntries(entries.reverse());
}

/** Every request that differs from this one in a single value somewhere inside. */
function changes(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return [
      [...value, null],
      ...value.map((_, at) => value.toSpliced(at, 1)),
      ...value.flatMap((member, at) => changes(member).map((other) => value.with(at, other))),
    ];
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, member]) =>
      changes(member).map((other) =>
        Object.fromEntries(Object.entries(value).map(([k, m]) => [k, k === key ? other : m])),
      ),
    );
  }
  if (typeof value === 'string') return [`${value} `, `${value}\ud800`, [value]];
  if (typeof value === 'number') return [value === 7 ? 8 : 7, String(value), null];
  return [String(value), value === null ? Number.POSITIVE_INFINITY : null];
}

describe('the key of the exact cache', () => {
  it('is never the same for two tenants, models, formats or domains', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'a","b', ''));
    const domain = fc.option(name, { nil: null });
    const scopes = fc.record({ tenant: name, answeredBy: name, format: name, domain });
    fc.assert(
      fc.property(scopes, scopes, requests, (one, other, chat) => {
        expect(cacheKey(one, chat) === cacheKey(other, chat)).toBe(isDeepStrictEqual(one, other));
      }),
    );
    fc.assert(
      fc.property(name, name, requests, requests, (one, other, some, more) => {
        fc.pre(one !== other);
        const keys = [cacheKey({ ...scope, tenant: one }, some)];
        expect(keys).not.toContain(cacheKey({ ...scope, tenant: other }, some));
        expect(keys).not.toContain(cacheKey({ ...scope, tenant: other }, more));
      }),
    );
  });

  it('is the same for two requests just where all that shapes their answers is', () => {
    fc.assert(
      fc.property(requests, requests, (one, other) => {
        expect(cacheKey(scope, one) === cacheKey(scope, other)).toBe(
          isDeepStrictEqual(shaping(one), shaping(other)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('changes with every single value of what shapes the answer', () => {
    fc.assert(
      fc.property(requests, (chat) => {
        const key = cacheKey(scope, chat);
        for (const changed of changes(shaping(chat)) as ReturnType<typeof shaping>[]) {
          expect(cacheKey(scope, { ...chat, ...changed })).not.toBe(key);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not change with the model named, the way of travel or the labels', () => {
    fc.assert(
      fc.property(requests, requests, (one, { model, stream, streamUsage, labels }) => {
        const other = { ...one, model, stream, streamUsage, labels };
        expect(cacheKey(scope, other)).toBe(cacheKey(scope, one));
      }),
    );
  });

  it('does not change with the order of keys', () => {
    fc.assert(
      fc.property(requests, (chat) => {
        expect(cacheKey(scope, turned(chat) as ChatRequest)).toBe(cacheKey(scope, chat));
      }),
    );
  });

  it('does not change with members that are undefined', () => {
    const parts = [{ kind: 'text' as const, text: 'a' }];
    const other = request({ messages: [{ role: 'user', parts }], others: { top_k: undefined } });
    const plain = request({ messages: [{ role: 'user', parts }] });
    expect(cacheKey(scope, other)).toBe(cacheKey(scope, plain));
  });

  it('is found for requests nested as deeply as a body can be', () => {
    const nested = (core: string) =>
      request({ others: { deep: JSON.parse('['.repeat(200_000) + core + ']'.repeat(200_000)) } });
    expect(cacheKey(scope, nested('1'))).toMatch(/^[0-9a-f]{64}$/);
    expect(cacheKey(scope, nested('1'))).not.toBe(cacheKey(scope, nested('2')));
  });

  it('does not compile once a request has a member that nobody decided about', () => {
    const errors = errorsWith('readonly verbosity: string;');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("Types of property 'verbosity' are incompatible");
  });
});

/** What the compiler says of the key where a request has one more member. */
function errorsWith(member: string): string[] {
  const source = (name: string) => fileURLToPath(new URL(`../../src/${name}`, import.meta.url));
  const config = ts.readConfigFile(source('../tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, source('..'));
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, ...rest) => {
    if (path.resolve(file) !== source('wire/chat.ts')) return getSourceFile(file, ...rest);
    const head = 'export interface ChatRequest {';
    const text = readFileSync(file, 'utf8').replace(head, `${head} ${member}`);
    return ts.createSourceFile(file, text, ts.ScriptTarget.ES2023);
  };
  const program = ts.createProgram([source('caches/cache-key.ts')], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(source('caches/cache-key.ts')))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
