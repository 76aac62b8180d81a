import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDataset } from '../../src/datasets/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from './files.js';

const reader = createTableReader();
const folder = temporaryFolder();
const read = (content: string | Uint8Array, name = 'a.jsonl') =>
  readDataset(folder.write(name, content), { reader });
const problemsOf = (content: string | Uint8Array, name?: string) =>
  problemLines(read(content, name), folder.path);
const good = (id: string) => `{"id":"${id}","prompt":"Hi"}`;

describe('JSON Lines', () => {
  test('every member is read; absent ones are null', async () => {
    const { prompts } = await read(
      [
        '{"id":"a","prompt":"2 + 2?","reference":4,"grader":"number","domain":"sums","group":"g","difficulty":0.25,"split":"test","metadata":{"by":"hand"}}',
        '{"id":"b","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"grader":{"name":"json","fields":["x"]}}',
      ].join('\n'),
    );
    expect(prompts).toEqual([
      {
        id: 'a',
        messages: [{ role: 'user', content: '2 + 2?' }],
        reference: '4',
        grader: { name: 'number', options: {} },
        domain: 'sums',
        group: 'g',
        difficulty: 0.25,
        split: 'test',
        metadata: { by: 'hand' },
      },
      {
        id: 'b',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        reference: null,
        grader: { name: 'json', options: { fields: ['x'] } },
        domain: null,
        group: null,
        difficulty: null,
        split: null,
        metadata: {},
      },
    ]);
  });

  test('a byte order mark, CRLF, blank lines and a missing last line feed are all the same', async () => {
    const plain = await read(`${good('a')}\n${good('b')}\n`);
    const odd = await read(`\ufeff${good('a')}\r\n\r\n  \n${good('b')}`);
    expect(odd).toEqual(plain);
  });

  test.each([
    ['{"prompt":"Hi"}', 'a.jsonl:1: "id" is missing; every prompt needs its own'],
    ['{"id":"","prompt":"Hi"}', 'a.jsonl:1: "id" must be a text that is not empty, got ""'],
    ['{"id":"a"}', 'a.jsonl:1: "prompt" (or "messages") is missing'],
    ['{"id":"a","prompt":5}', 'a.jsonl:1: "prompt" must be a text that is not empty, got 5'],
    ['{"id":"a","prompt":" "}', 'a.jsonl:1: "prompt" must be a text that is not empty, got " "'],
    [
      '{"id":"a","prompt":"Hi","messages":[{"role":"user","content":"Hi"}]}',
      'a.jsonl:1: has both "prompt" and "messages"; give one of them',
    ],
    [
      '{"id":"a","promt":"Hi"}',
      /^a\.jsonl:1: unknown key "promt" \(did you mean "prompt"\?\); known are id, prompt, /,
    ],
    [
      '{"id":"a","prompt":"Hi","refrence":"x"}',
      /^a\.jsonl:1: unknown key "refrence" \(did you mean "reference"\?\); known are/,
    ],
    [
      '{"id":"a","prompt":"Hi","difficulty":1.5}',
      'a.jsonl:1: "difficulty" must be a number from 0 to 1, got 1.5',
    ],
    [
      '{"id":"a","prompt":"Hi","difficulty":"hard"}',
      'a.jsonl:1: "difficulty" must be a number from 0 to 1, got "hard"',
    ],
    ['{"id":"a","prompt":"Hi","domain":7}', 'a.jsonl:1: "domain" must be a text, got 7'],
    [
      '{"id":"a","prompt":"Hi","metadata":["x"]}',
      'a.jsonl:1: "metadata" must be an object, got ["x"]',
    ],
    [
      '{"id":"a","prompt":"Hi","grader":{"tolerance":1}}',
      /^a\.jsonl:1: "grader" must be a name or \{"name"/,
    ],
    [
      '{"id":"a","messages":[]}',
      'a.jsonl:1: "messages" is empty; expected at least one message of role "user"',
    ],
    [
      '{"id":"a","messages":[{"role":"usr","content":"Hi"}]}',
      'a.jsonl:1: "messages[0].role" must be "system", "user" or "assistant", got "usr" (did you mean "user"?)',
    ],
    [
      '{"id":"a","messages":[{"role":"human","content":"Hi"}]}',
      'a.jsonl:1: "messages[0].role" must be "system", "user" or "assistant", got "human" (did you mean "user"?)',
    ],
    [
      '{"id":"a","messages":[{"role":"user","contents":"Hi","content":"x"}]}',
      'a.jsonl:1: "messages[0]" has an unknown key "contents" (did you mean "content"?); expected "role" and "content"',
    ],
    [
      '{"id":"a","messages":[{"role":"assistant","content":"Hi"}]}',
      'a.jsonl:1: "messages" has no message of role "user"',
    ],
    [
      '{"id":"a","prompt":"Hi',
      /^a\.jsonl:1: truncated JSON: the line ends after ".*Hi"; expected one whole JSON object a line$/,
    ],
    ['{"id":"a",}', /^a\.jsonl:1: not JSON.*; expected one JSON object a line$/],
    ['[1,2]', 'a.jsonl:1: expected a JSON object, got a list: [1,2]'],
    ['"hi"', 'a.jsonl:1: expected a JSON object, got a string: "hi"'],
    ['[\n{"id":"a","prompt":"Hi"},\n]', /^a\.jsonl:1: starts a JSON array; expected JSON Lines/],
    [
      `${good('a')}\n\n${good('b')}\n${good('a')}`,
      'a.jsonl:4: duplicate id "a", first used on line 1; every prompt needs its own',
    ],
    ['', 'a.jsonl: is empty; expected at least one prompt'],
    ['\n\n', 'a.jsonl: has no prompts; expected at least one'],
  ])('%s is one clear line', async (content, expected) => {
    const lines = await problemsOf(content);
    expect(lines).toHaveLength(1);
    if (typeof expected === 'string') expect(lines[0]).toBe(expected);
    else expect(lines[0]).toMatch(expected);
  });

  test('a binary file and UTF-16 are one line each', async () => {
    expect(await problemsOf(Buffer.from([0x50, 0x4b, 3, 4, 10, 0, 0, 10]))).toEqual([
      'a.jsonl: looks like a binary file (NUL at byte 5); expected text in UTF-8',
    ]);
    expect(await problemsOf(Buffer.from(`\ufeff${good('a')}\n`, 'utf16le'))).toEqual([
      'a.jsonl: looks like UTF-16; save the file as UTF-8',
    ]);
  });

  test('invalid UTF-8 is placed by byte, wherever it stands', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((s) => !s.includes('\0'));
    const broken = [[0xff], [0x80], [0xe9], [0xe2, 0x82], [0xf0, 0x9f, 0x98]];
    await fc.assert(
      fc.asyncProperty(text, text, fc.constantFrom(...broken), async (before, after, bytes) => {
        const head = Buffer.from(`${good('a')}\n{"id":"b","prompt":${JSON.stringify(before)}`);
        const tail = Buffer.from(JSON.stringify(after));
        const lines = await problemsOf(Buffer.concat([head, Buffer.from(bytes), tail]));
        expect(lines).toEqual([
          `a.jsonl:2: invalid UTF-8 at byte ${head.length} of the file (0x${bytes[0]!.toString(16)}); save the file as UTF-8`,
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test('a line of 30 MB is one line of complaint, and the lines after it are still read', async () => {
    const long = Buffer.alloc(30 * 1024 * 1024, 'x');
    const lines = await problemsOf(
      Buffer.concat([Buffer.from('{"id":"a","prompt":"'), long, Buffer.from('"}\n{"id":"b"}\n')]),
    );
    expect(lines).toEqual([
      'a.jsonl:1: the line is 30.0 MB long; expected at most 10.0 MB (is a line feed missing?)',
      'a.jsonl:2: "prompt" (or "messages") is missing',
    ]);
  });

  test('all problems of a file come at once, ten told and the rest counted', async () => {
    const two = await problemsOf('{"id":"a","prompt":1,"difficulty":2}\nnonsense');
    expect(two.map((line) => line.slice(0, 22))).toEqual([
      'a.jsonl:1: "prompt" mu',
      'a.jsonl:1: "difficulty',
      'a.jsonl:2: not JSON: "',
    ]);
    const many = await problemsOf('{"id":"a","prompt":1}\n'.repeat(7));
    expect(many).toHaveLength(11);
    expect(many[10]).toBe('… and 3 more like these');
  });

  test('a problem stays one line whatever the value holds', async () => {
    const lines = await problemsOf(
      JSON.stringify({ id: 'a', prompt: 'Hi', domain: ['\n\r\u2028\u0085', 'x'.repeat(500)] }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\r\u2028\u0085]/);
    expect(lines[0]!.length).toBeLessThan(120);
  });

  test('100,000 lines are read', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => good(`p${i}`));
    const path = folder.write('many.jsonl', lines.join('\n'));
    const { prompts } = await readDataset(path, { reader });
    expect(prompts).toHaveLength(100_000);
  });
});

describe('files that are no dataset', () => {
  test('missing, a folder, an unknown extension: one line each', async () => {
    folder.write('prompts.jsonl', good('a'));
    mkdirSync(join(folder.path, 'some.csv'));
    const lines = (name: string) =>
      problemLines(readDataset(join(folder.path, name), { reader }), folder.path);
    expect(await lines('promts.jsonl')).toEqual([
      'promts.jsonl: no such file (did you mean "prompts.jsonl"?)',
    ]);
    expect(await lines('no/such/folder.jsonl')).toEqual(['no/such/folder.jsonl: no such file']);
    expect(await lines('prompts.jsonl/x.jsonl')).toEqual(['prompts.jsonl/x.jsonl: no such file']);
    expect(await lines('some.csv')).toEqual([
      'some.csv: is a folder; give one file (expected .jsonl, .ndjson, .csv or .parquet)',
    ]);
    folder.write('a.jsonlines', good('a'));
    expect(await lines('a.jsonlines')).toEqual([
      'a.jsonlines: unknown extension ".jsonlines"; expected .jsonl, .ndjson, .csv or .parquet',
    ]);
    folder.write('a.json', good('a'));
    expect((await lines('a.json'))[0]).toMatch(/write one JSON object a line and name it \.jsonl$/);
    folder.write('fake.parquet', good('a'));
    expect((await lines('fake.parquet'))[0]).toMatch(/^fake\.parquet: is not a Parquet file/);
  });
});

test.skipIf(process.getuid === undefined)(
  'a file without the right to read it is one line',
  async () => {
    const path = folder.write('secret.jsonl', good('a'));
    chmodSync(path, 0);
    // Root may read everything, so the test steps down while it looks.
    chmodSync(folder.path, 0o755);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    const lines = await problemLines(readDataset(path, { reader }), folder.path).finally(() =>
      process.seteuid?.(process.getuid?.() ?? 0),
    );
    expect(lines).toEqual([
      'secret.jsonl: no permission to read it; mend the rights of the file and its folders',
    ]);
  },
);

describe('filter and limit', () => {
  const path = folder.write(
    'mixed.jsonl',
    ['a', 'b', 'c', 'd']
      .map((id, i) =>
        JSON.stringify({
          id,
          prompt: 'Hi',
          domain: i % 2 ? 'maths' : 'code',
          split: i < 3 ? 'train' : 'test',
        }),
      )
      .join('\n'),
  );
  const ids = async (options: object) =>
    (await readDataset(path, { reader, ...options })).prompts.map(({ id }) => id);
  const complaint = (options: object) =>
    problemLines(readDataset(path, { reader, ...options }), folder.path);

  test('members are joined by and; the limit counts what is left', async () => {
    expect(await ids({ filter: { domain: 'code' } })).toEqual(['a', 'c']);
    expect(await ids({ filter: { domain: ['code', 'maths'], split: 'train' } })).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await ids({ filter: { ids: ['d', 'a'] } })).toEqual(['a', 'd']);
    expect(await ids({ filter: { domain: 'code' }, limit: 1 })).toEqual(['a']);
    expect(await ids({ limit: 99 })).toHaveLength(4);
  });

  test('the hash is of the prompts that were kept', async () => {
    const { hash } = await readDataset(path, { reader });
    expect((await readDataset(path, { reader, limit: 3 })).hash).not.toBe(hash);
  });

  test('what the dataset does not have is one line', async () => {
    expect(await complaint({ filter: { domain: ['code', 'math'] } })).toEqual([
      'mixed.jsonl: filter: no prompt has domain "math" (did you mean "maths"?); there are: code, maths',
    ]);
    expect(await complaint({ filter: { split: 'dev' } })).toEqual([
      'mixed.jsonl: filter: no prompt has split "dev"; there are: test, train',
    ]);
    expect(await complaint({ filter: { ids: ['z9'] } })).toEqual([
      'mixed.jsonl: filter: no prompt has id "z9"',
    ]);
    expect(await complaint({ filter: { domain: 'code', split: 'test' } })).toEqual([
      'mixed.jsonl: filter: none of the 4 prompts match all of it',
    ]);
    expect(await complaint({ limit: 0 })).toEqual([
      'mixed.jsonl: expected `limit` to be an integer of at least 1, got 0',
    ]);
  });
});
