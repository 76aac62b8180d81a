import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFrameSplitter, type Frame } from '../../src/wire/index.js';

const encoder = new TextEncoder();

/** The frames of a body that arrives in chunks that end at these bytes. */
function split(body: string, cuts: readonly number[]): { frames: Frame[]; rest: string } {
  const bytes = encoder.encode(body);
  const splitter = createFrameSplitter();
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const frames: Frame[] = [];
  let from = 0;
  for (const end of ends) {
    frames.push(...splitter.push(bytes.subarray(from, end)));
    from = end;
  }
  return { frames, rest: splitter.rest() };
}

it('reads events, data of several lines, comments and fields that it does not know', () => {
  const body = [
    ': a comment\n\n',
    'event: greeting\r\ndata: {"a":1}\r\nid: 7\r\n\r\n',
    'data:no blank\rdata:  two blanks\rdata\r\r',
    'retry: 10\n\n',
    'data: broken off',
  ].join('');
  const { frames, rest } = split(body, []);
  expect(frames.map(({ event, data }) => [event, data])).toEqual([
    ['greeting', '{"a":1}'],
    [null, 'no blank\n two blanks\n'],
  ]);
  expect(frames.map(({ raw }) => raw).join('') + rest).toBe(body);
  expect(rest).toBe('retry: 10\n\ndata: broken off');
});

it.each([':\n\n', '\n', '\r', ': x\r\n\r\n'])('makes one frame of a flood of %j', (piece) => {
  const flood = piece.repeat(10_000);
  expect(split(flood, []).frames).toEqual([{ raw: flood, event: null, data: '' }]);
  const { frames, rest } = split(`${flood}data: 1\n\n${flood}`, []);
  expect(frames.map(({ data }) => data)).toEqual(['1', '']);
  expect(frames.map(({ raw }) => raw).join('') + rest).toBe(`${flood}data: 1\n\n${flood}`);
});

it('finds the same frames however the bytes are cut', () => {
  const line = fc.oneof(
    fc.constantFrom('data: ', 'data', 'event: ping', ': hello', 'data: ä€😀', 'id: 1', 'data: :'),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text}`),
  );
  const frame = fc
    .tuple(fc.array(line, { maxLength: 4 }), fc.constantFrom('\n', '\r', '\r\n'))
    .map(([lines, end]) => [...lines, ''].map((text) => text + end).join(''));
  const body = fc.array(frame, { maxLength: 6 }).map((frames) => frames.join(''));
  const said = (frames: readonly Frame[]) =>
    frames
      .filter(({ event, data }) => event !== null || data !== '')
      .map(({ event, data }) => [event, data]);
  fc.assert(
    fc.property(body, fc.array(fc.nat(400), { maxLength: 30 }), (text, cuts) => {
      const whole = split(text, []);
      const cutUp = split(text, cuts);
      expect(said(cutUp.frames)).toEqual(said(whole.frames));
      expect(cutUp.frames.map(({ raw }) => raw).join('') + cutUp.rest).toBe(text);
    }),
    { numRuns: 400 },
  );
});

it('takes one long frame in pieces of one byte in stride', () => {
  const splitter = createFrameSplitter();
  const byte = encoder.encode('a');
  splitter.push(encoder.encode('data: '));
  for (let at = 0; at < 200_000; at++) splitter.push(byte);
  const [frame] = splitter.push(encoder.encode('\n\n'));
  expect(frame?.data.length).toBe(200_000);
});

it('gives up on a frame that never ends', () => {
  const splitter = createFrameSplitter();
  const chunk = new Uint8Array(8 * 1024 * 1024).fill(97);
  expect(() => {
    for (let count = 0; count < 6; count++) splitter.push(chunk);
  }).toThrow(/longer than/);
});
