import fc from 'fast-check';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const json = fc.jsonValue({ maxDepth: 2 });

/** What a later version of the format may add: names that no known member has. */
export const unknownMembers = fc.dictionary(
  word.map((name) => `x_${name}`),
  json,
  { maxKeys: 2 },
);

/** Members that are there or not. */
export const partly = <Members>(
  members: { [Name in keyof Members]: fc.Arbitrary<Members[Name]> },
) => fc.record(members, { requiredKeys: [] });

const textPart = fc
  .tuple(text, unknownMembers)
  .map(([said, more]) => ({ type: 'text', text: said, ...more }));
const imagePart = fc
  .tuple(
    fc.constantFrom('https://example.test/a.png', 'data:image/png;base64,AAAA'),
    fc.constantFrom({}, { detail: 'low' }),
    unknownMembers,
  )
  .map(([url, detail, more]) => ({ type: 'image_url', image_url: { url, ...detail }, ...more }));
const otherPart = fc.constantFrom(
  { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
  { type: 'file', file: { file_id: 'f1' } },
);
/** A list of a single plain text is the same as the text. */
const isNoPlainText = (parts: readonly object[]) =>
  parts.length !== 1 || Object.keys(parts[0]!).join() !== 'type,text';
const content = (...parts: fc.Arbitrary<object>[]) =>
  fc.oneof(
    text,
    fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 3 }).filter(isNoPlainText),
  );

const call = fc.tuple(word, word, json, unknownMembers).map(([id, name, input, more]) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
  ...more,
}));
const calls = fc.array(call, { minLength: 1, maxLength: 3 });
const otherCall = { id: 'c9', type: 'custom', custom: { name: 'draw', input: 'a cat' } };

const turn = (role: string, said: fc.Arbitrary<unknown>) =>
  fc.tuple(said, unknownMembers).map(([body, more]) => ({ role, content: body, ...more }));

const message = fc.oneof(
  turn('system', content(textPart)),
  turn('developer', content(textPart)),
  turn('user', content(textPart, imagePart, otherPart)),
  turn('assistant', content(textPart)),
  fc
    .tuple(turn('assistant', fc.oneof(fc.constant(null), text)), calls)
    .map(([body, made]) => ({ ...body, tool_calls: made })),
  fc.constant({ role: 'assistant', content: null, tool_calls: [otherCall] }),
  fc.constant({ role: 'assistant', content: null, refusal: 'No.' }),
  fc
    .tuple(turn('tool', content(textPart)), word)
    .map(([body, id]) => ({ ...body, tool_call_id: id })),
);

const tool = fc
  .tuple(word, partly({ description: text, strict: fc.boolean() }), unknownMembers)
  .map(([name, some, more]) => ({
    type: 'function',
    function: { name, parameters: { type: 'object', properties: {} }, ...some, ...more },
  }));
const otherTool = fc.constantFrom(
  { type: 'custom', custom: { name: 'draw' } },
  { type: 'function', function: { name: 'marked', parameters: {} }, cache_control: {} },
);
const tools = fc
  .tuple(fc.array(tool, { maxLength: 2 }), fc.array(otherTool, { maxLength: 1 }))
  .map(([known, others]) => [...known, ...others])
  .filter((all) => all.length > 0);

/** Bodies of requests in the form in which they come out again: what says nothing is left out. */
export const openaiBodies = fc
  .tuple(
    fc.record({ model: word, messages: fc.array(message, { minLength: 1, maxLength: 5 }) }),
    partly({
      temperature: fc.constantFrom(0, 0.5, 2),
      top_p: fc.constantFrom(0, 0.5, 1),
      seed: fc.integer(),
      stop: fc.array(text, { minLength: 1, maxLength: 3 }),
      tools,
      tool_choice: fc.constantFrom(
        'auto',
        'none',
        'required',
        { type: 'function', function: { name: 'f' } },
        { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
      ),
      parallel_tool_calls: fc.boolean(),
      response_format: fc.constantFrom(
        { type: 'json_object' },
        { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
        {
          type: 'json_schema',
          json_schema: { name: 'n', schema: {}, strict: true, description: 'All of it' },
        },
      ),
      user: text,
      metadata: fc.dictionary(word, text),
      service_tier: fc.constant('flex'),
      prompt_cache_key: text,
      store: fc.boolean(),
      reasoning_effort: fc.constantFrom('low', 'high'),
      logprobs: fc.boolean(),
      logit_bias: fc.constant({ 50256: -100 }),
    }),
    fc.oneof(
      fc.constant({}),
      fc.record({ max_tokens: fc.integer({ min: 1 }) }),
      fc.record({ max_completion_tokens: fc.integer({ min: 1 }) }),
    ),
    fc.constantFrom(
      {},
      { stream: true },
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
    ),
    unknownMembers,
  )
  .map(([must, may, limit, stream, more]) => ({ ...must, ...may, ...limit, ...stream, ...more }));
