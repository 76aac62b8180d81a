import fc from 'fast-check';
import type { ChatMessage, ChatPart, ChatRequest } from '../../src/wire/index.js';

export const request = (changes: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'auto',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Name a river.' }] }],
  parameters: { maxTokens: null, temperature: null, topP: null, seed: null, stop: [] },
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  responseSchema: null,
  stream: false,
  streamUsage: false,
  others: {},
  labels: {},
  ...changes,
});

/** What JSON holds, lone surrogates and awkward names included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '\ud800', '\ufffd', '","', '[]', 'null', '1', '__proto__', 'kind'),
);
const unknowns = fc.dictionary(
  text,
  fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.constantFrom(null, true, false, 0, 1, -1.5, 1e300, Number.POSITIVE_INFINITY),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(text, tie('json'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).json,
  { maxKeys: 3, noNullPrototype: true },
);

const extra = fc.option(unknowns, { nil: null });
const withExtra = <T extends object>(value: T, more: Readonly<Record<string, unknown>> | null) =>
  more === null ? value : { ...value, extra: more };

const part: fc.Arbitrary<ChatPart> = fc
  .tuple(
    fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text }),
      fc.record({ kind: fc.constant('image' as const), url: text }),
      fc.record({ kind: fc.constant('tool_call' as const), id: text, name: text, arguments: text }),
      fc.record({
        kind: fc.constant('tool_result' as const),
        callId: text,
        text,
        isError: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('other' as const), raw: unknowns }),
    ),
    extra,
  )
  .map(([one, more]) => withExtra(one, more));

const message: fc.Arbitrary<ChatMessage> = fc
  .tuple(
    fc.record({
      role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
      parts: fc.array(part, { maxLength: 3 }),
    }),
    extra,
  )
  .map(([one, more]) => withExtra(one, more));

const number = fc.option(fc.constantFrom(0, 1, 0.5, 256), { nil: null });

/** Small parts of everything, so that two requests are often nearly alike. */
export const requests: fc.Arbitrary<ChatRequest> = fc.record({
  model: text,
  messages: fc.array(message, { maxLength: 3 }),
  parameters: fc.record({
    maxTokens: number,
    temperature: number,
    topP: number,
    seed: number,
    stop: fc.array(text, { maxLength: 2 }),
  }),
  tools: fc.array(
    fc
      .tuple(
        fc.record({
          name: text,
          description: fc.option(text, { nil: null }),
          parameters: unknowns,
        }),
        extra,
      )
      .map(([tool, more]) => withExtra(tool, more)),
    { maxLength: 2 },
  ),
  toolChoice: fc.oneof(
    fc.constantFrom(null, 'auto' as const, 'none' as const, 'required' as const),
    fc.record({ name: text }),
  ),
  parallelToolCalls: fc.constantFrom(null, true, false),
  responseSchema: fc.option(fc.record({ name: text, schema: unknowns }), { nil: null }),
  stream: fc.boolean(),
  streamUsage: fc.boolean(),
  others: unknowns,
  labels: unknowns,
});
