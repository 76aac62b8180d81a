import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashPrompts, type Prompt, readDataset } from '../../src/datasets/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from './files.js';

const reader = createTableReader();
const folder = temporaryFolder();
const problemsOf = (content: string) =>
  problemLines(readDataset(folder.write('a.csv', content), { reader }), folder.path);

const HEADER = 'id,prompt,messages,reference,grader,domain,group,difficulty,split,metadata';
const csvField = (value: string | null) =>
  value === null ? '' : `"${value.replaceAll('"', '""')}"`;

/** A prompt as a row of CSV, as a careful user would write it. */
function csvRow({ id, messages, grader, difficulty, metadata, ...rest }: Prompt): string {
  const [only] = messages;
  const isPlain = messages.length === 1 && only!.role === 'user';
  return [
    id,
    isPlain ? only!.content : null,
    isPlain ? null : JSON.stringify(messages),
    rest.reference,
    grader === null
      ? null
      : Object.keys(grader.options).length === 0
        ? grader.name
        : JSON.stringify({ name: grader.name, ...grader.options }),
    rest.domain,
    rest.group,
    difficulty === null ? null : String(difficulty),
    rest.split,
    JSON.stringify(metadata),
  ]
    .map(csvField)
    .join(',');
}

function jsonLine({ messages, grader, ...rest }: Prompt): string {
  const [only] = messages;
  const asked =
    messages.length === 1 && only!.role === 'user' ? { prompt: only!.content } : { messages };
  const graded = grader === null ? null : { name: grader.name, ...grader.options };
  return JSON.stringify({ ...asked, ...rest, grader: graded });
}

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((s) => s.replaceAll('\0', '').replaceAll('\r', ''))
  .filter((s) => s.trim() !== '');
const prompts: fc.Arbitrary<Prompt[]> = fc.uniqueArray(
  fc.record({
    id: text,
    messages: fc.oneof(
      text.map((content) => [{ role: 'user' as const, content }]),
      fc.tuple(text, text).map(([system, user]) => [
        { role: 'system' as const, content: system },
        { role: 'user' as const, content: user },
      ]),
    ),
    reference: fc.option(text),
    grader: fc.option(
      fc.record({
        name: fc.constantFrom('exact', 'number'),
        options: fc.oneof(
          fc.constant({}),
          fc.record({ tolerance: fc.double({ noNaN: true, min: 0, max: 1 }) }),
        ),
      }),
    ),
    domain: fc.option(text),
    group: fc.option(text),
    difficulty: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    split: fc.option(fc.constantFrom('train', 'test')),
    metadata: fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.integer(), fc.string())),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
);

describe('CSV', () => {
  test('the same prompts as JSON Lines and as CSV are equal and hash equal', async () => {
    await fc.assert(
      fc.asyncProperty(prompts, async (wanted) => {
        const lines = folder.write('p.jsonl', wanted.map(jsonLine).join('\n'));
        const table = folder.write('p.csv', [HEADER, ...wanted.map(csvRow)].join('\r\n'));
        const fromLines = await readDataset(lines, { reader });
        const fromTable = await readDataset(table, { reader });
        expect(fromTable.prompts).toEqual(fromLines.prompts);
        expect(fromTable.hash).toBe(fromLines.hash);
        expect(fromLines.hash).toBe(hashPrompts(wanted));
      }),
      { numRuns: 60 },
    );
  });

  test('the hash changes with any field of any prompt, and with their order', () => {
    fc.assert(
      fc.property(prompts, fc.nat(), fc.nat(), (wanted, which, what) => {
        const index = which % wanted.length;
        const prompt = wanted[index]!;
        const changes: Prompt[] = [
          { ...prompt, id: `${prompt.id}x` },
          { ...prompt, messages: [...prompt.messages, { role: 'user', content: 'more' }] },
          { ...prompt, reference: `${prompt.reference ?? ''}x` },
          { ...prompt, grader: { name: 'choice', options: {} } },
          { ...prompt, domain: `${prompt.domain ?? ''}x` },
          { ...prompt, group: `${prompt.group ?? ''}x` },
          { ...prompt, difficulty: prompt.difficulty === null ? 0.5 : null },
          { ...prompt, split: `${prompt.split ?? ''}x` },
          { ...prompt, metadata: { ...prompt.metadata, c: 1 } },
        ];
        const changed = wanted.with(index, changes[what % changes.length]!);
        expect(hashPrompts(changed)).not.toBe(hashPrompts(wanted));
        if (wanted.length > 1) {
          expect(hashPrompts(wanted.toReversed())).not.toBe(hashPrompts(wanted));
        }
      }),
    );
  });

  test('problems are placed by line, past fields that span lines', async () => {
    const lines = await problemsOf(
      'id,prompt,difficulty\na,"two\nlines, ""quoted""\nand more",0.5\n\nb,ok,2\na,again,\nc,,\nd,"",x\n',
    );
    expect(lines).toEqual([
      'a.csv:6: "difficulty" must be a number from 0 to 1, got 2',
      'a.csv:7: duplicate id "a", first used on line 2; every prompt needs its own',
      'a.csv:8: "prompt" (or "messages") is missing',
      'a.csv:9: "prompt" (or "messages") is missing',
      'a.csv:9: "difficulty" must be a number from 0 to 1, got "x"',
    ]);
  });

  test('an unknown or a missing column is told once, at the header', async () => {
    expect(await problemsOf('id,promt\na,b\nc,d\n')).toEqual([
      expect.stringMatching(
        /^a\.csv:1: unknown column "promt" \(did you mean "prompt"\?\); known are/,
      ),
    ]);
    expect(await problemsOf('prompt\nHi\nHo\n')).toEqual(['a.csv:1: has no column "id"']);
    expect(await problemsOf('id,domain\na,b\n')).toEqual([
      'a.csv:1: has no column "prompt" (or "messages")',
    ]);
  });

  test('JSON in cells that is no JSON, and a file with a header alone', async () => {
    expect(await problemsOf('id,messages\na,"[{""role"""\n')).toEqual([
      'a.csv:2: "messages" must hold JSON, got "[{\\"role\\""',
    ]);
    expect(await problemsOf('id,prompt,metadata\na,b,{x}\n')).toEqual([
      'a.csv:2: "metadata" must hold JSON, got "{x}"',
    ]);
    expect(await problemsOf('id,prompt\n')).toEqual([
      'a.csv: has no prompts; expected at least one',
    ]);
  });

  test('bytes that are no text are told before the table is read', async () => {
    const broken = Buffer.concat([
      Buffer.from('id,prompt\na,'),
      Buffer.from([0xe9]),
      Buffer.from('\n'),
    ]);
    const path = folder.write('latin.csv', broken);
    expect(await problemLines(readDataset(path, { reader }), folder.path)).toEqual([
      'latin.csv:2: invalid UTF-8 at byte 12 of the file (0xe9); save the file as UTF-8',
    ]);
  });
});
