import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../../src/service/http/json-fault.js';
import { parseJson } from '../../../src/service/http/json-text.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isValid = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the place of a fault in JSON', () => {
  it.each([
    ['', 1, 1],
    ['{"a": 1,}', 1, 9],
    ['[1, 2', 1, 6],
    ['[1 2]', 1, 4],
    ['{"a" 1}', 1, 6],
    ['{a: 1}', 1, 2],
    ['{"a": tru}', 1, 7],
    ['{"a": "b\u0001"}', 1, 9],
    ['{"a": "\\x"}', 1, 8],
    ['[01]', 1, 3],
    ['{}{}', 1, 3],
    ['{\n  "a": [\n    1,,\n', 3, 7],
    ['nul', 1, 1],
    ['-', 1, 1],
  ])('of %j is line %d, column %d', (text, line, column) => {
    expect(findJsonFault(text)).toMatchObject({ line, column });
  });

  it('lies in the text, and never behind the place that the parser names', () => {
    const jsonLike = fc.oneof(
      fc
        .json()
        .chain((text) =>
          fc
            .tuple(fc.nat(text.length), fc.constantFrom('', ',', '}', ']', '"', ':', 'x', '\\'))
            .map(([at, inserted]) => text.slice(0, at) + inserted + text.slice(at + 1)),
        ),
      fc.string({ unit: fc.constantFrom(...'[]{}",:1-.eE\\nu tfa\n') }),
    );
    fc.assert(
      fc.property(jsonLike, (text) => {
        fc.pre(!isValid(text));
        const { line, column } = findJsonFault(text);
        const start =
          text
            .split('\n')
            .slice(0, line - 1)
            .join('\n').length + (line > 1 ? 1 : 0);
        const at = start + column - 1;
        expect(at).toBeLessThanOrEqual(text.length);
        // V8 names the offset for some faults; it then agrees, or points into the same token.
        const offset = /at position (\d+)/.exec(faultOf(text))?.[1];
        if (offset !== undefined) expect(at).toBeLessThanOrEqual(Number(offset));
      }),
    );
  });

  it('takes linear time and no stack', () => {
    expect(findJsonFault('['.repeat(1_000_000)).column).toBe(1_000_001);
    expect(findJsonFault(`"${'\\n'.repeat(500_000)}`).column).toBe(1_000_002);
  });
});

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const text = JSON.stringify(value);
        expect(parseJson(bytes(text), 1e9)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes a mark of byte order for nothing', () => {
    expect(parseJson(bytes('\ufeff{"a": 1}'), 1)).toEqual({ a: 1 });
  });

  it('counts messages and levels', () => {
    expect(() => parseJson(bytes('{"messages": [1, 2, 3]}'), 2)).toThrow('at most 2');
    expect(parseJson(bytes('{"messages": [1, 2]}'), 2)).toEqual({ messages: [1, 2] });
    const nested = (levels: number) => bytes('['.repeat(levels) + ']'.repeat(levels));
    expect(() => parseJson(nested(64), 1)).not.toThrow();
    expect(() => parseJson(nested(65), 1)).toThrow('64 levels');
  });
});
