import { StringDecoder } from 'node:string_decoder';

/** One line that is not blank: its number, from 1, and its value; undefined where it is no JSON. */
export interface JsonLine {
  readonly line: number;
  readonly value: unknown;
}

/**
 * The lines of a JSONL text as it comes, holding no more than one of them.
 * @param longest characters of a line; longer ones are passed over and have no value
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<JsonLine> {
  const decoder = new StringDecoder('utf8');
  let line = 0;
  let pieces: string[] = [];
  let length = 0;

  const add = (piece: string): void => {
    length += piece.length;
    if (length <= longest) pieces.push(piece);
    else pieces = [];
  };
  const take = (): JsonLine | null => {
    line++;
    const text = pieces.join('').trim();
    const isTooLong = length > longest;
    pieces = [];
    length = 0;
    if (isTooLong) return { line, value: undefined };
    return text === '' ? null : { line, value: parsed(text) };
  };

  for await (const chunk of chunks) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      add(text.slice(from, end));
      const taken = take();
      if (taken !== null) yield taken;
      from = end + 1;
    }
    add(text.slice(from));
  }
  add(decoder.end());
  const last = take();
  if (last !== null) yield last;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
