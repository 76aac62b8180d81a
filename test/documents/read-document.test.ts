import { describe, expect, it } from 'vitest';
import {
  type Finding,
  integer,
  jsonSchemaText,
  listOf,
  mapping,
  problemLine,
  readDocument,
  text,
} from '../../src/documents/index.js';

const schema = mapping('a mapping with names', {
  names: listOf(text('a name'), 'a list of names').describe('Who.'),
  count: integer(1, 3).describe('How many.').optional(),
});
const kind = { schema, keys: 'keys such as names', check: (): readonly Finding[] => [] };

const problemsOf = (written: string, given: Partial<typeof kind> = {}) => {
  const read = readDocument(written, 'd.yaml', { ...kind, ...given });
  return 'problems' in read ? read.problems.map(problemLine) : [];
};

describe('readDocument', () => {
  it('gives the data, and tells later where something stands', () => {
    const read = readDocument('names:\n  - a\n  - b\n', 'd.yaml', kind);
    if ('problems' in read) throw new Error('Expected a document');
    expect(read.document).toEqual({ names: ['a', 'b'] });
    expect(problemLine(read.problemAt(['names', 1], 'found "b", expected another'))).toBe(
      'd.yaml:3:5  names[1]  found "b", expected another',
    );
    expect(read.problemAt(['nowhere', 3], '')).toMatchObject({ line: 1, column: 1 });
  });

  it('tells what the schema and what the checks find, in the order of the file', () => {
    const check = (): readonly Finding[] => [{ path: ['names', 0], part: 'value', message: 'no' }];
    expect(problemsOf('count: 9\nnames: [a]\nnmes: 1\n', { check })).toEqual([
      'd.yaml:1:8  count  found 9, expected an integer from 1 to 3',
      'd.yaml:2:9  names[0]  no',
      'd.yaml:3:1  nmes  unknown key, expected one of names, count (did you mean "names"?)',
    ]);
  });

  it('asks for what the file lacks', () => {
    expect(problemsOf('')).toEqual([
      'd.yaml:1:1  found an empty file, expected keys such as names',
    ]);
    expect(problemsOf('count: 1\n')).toEqual([
      'd.yaml:1:1  names  is missing, expected a list of names',
    ]);
  });

  it('never repeats what may be a key, in a list neither', () => {
    const hashes = mapping('a mapping', {
      key_sha256: listOf(text('x').regex(/^\d$/, { error: 'a hash' }), 'a list'),
    });
    const read = readDocument('key_sha256: [sk-secret]\n', 'd.yaml', { ...kind, schema: hashes });
    expect('problems' in read && read.problems.map(problemLine)).toEqual([
      'd.yaml:1:14  key_sha256[0]  found something else, expected a hash',
    ]);
  });
});

it('jsonSchemaText describes a document for editors', () => {
  expect(JSON.parse(jsonSchemaText('d', 'A document', schema))).toMatchObject({
    $id: 'd.schema.json',
    title: 'A document',
    $schema: 'http://json-schema.org/draft-07/schema#',
    required: ['names'],
    additionalProperties: false,
    properties: { count: { minimum: 1, maximum: 3, description: 'How many.' } },
  });
});
