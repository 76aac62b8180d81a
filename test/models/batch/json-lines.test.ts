import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonLine, jsonLines } from '../../../src/models/batch/json-lines.js';

async function read(chunks: readonly Uint8Array[], longest = 1_000): Promise<JsonLine[]> {
  async function* source() {
    yield* chunks;
  }
  const lines: JsonLine[] = [];
  for await (const line of jsonLines(source(), longest)) lines.push(line);
  return lines;
}

/** Cut anywhere, in the middle of characters too. */
function cut(text: string, sizes: readonly number[]): Uint8Array[] {
  const bytes = Buffer.from(text);
  const chunks: Uint8Array[] = [];
  for (let from = 0, at = 0; from < bytes.length; at++) {
    const size = sizes[at % sizes.length] ?? 1;
    chunks.push(bytes.subarray(from, from + size));
    from += size;
  }
  return chunks;
}

test('every value comes back with its line, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.constantFrom('\n', '\r\n', '\n\n'),
      async (values, sizes, end) => {
        const text = values.map((value) => JSON.stringify(value)).join(end);
        const lines = await read(cut(text, sizes), 100_000);
        expect(lines.map(({ value }) => JSON.stringify(value))).toEqual(
          values.map((value) => JSON.stringify(value)),
        );
        const step = end === '\n\n' ? 2 : 1;
        expect(lines.map(({ line }) => line)).toEqual(values.map((_, at) => at * step + 1));
      },
    ),
    { numRuns: 100 },
  );
});

test('lines that are no JSON or too long have no value, and do not touch their neighbours', async () => {
  const text = `{"a":1}\n{"a":\n"${'x'.repeat(50)}"\n"ü"`;
  expect(await read(cut(text, [7]), 20)).toEqual([
    { line: 1, value: { a: 1 } },
    { line: 2, value: undefined },
    { line: 3, value: undefined },
    { line: 4, value: 'ü' },
  ]);
});
