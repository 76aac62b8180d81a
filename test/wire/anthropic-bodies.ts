import fc from 'fast-check';
import { partly, unknownMembers } from './openai-bodies.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);

const textBlock = fc
  .tuple(text, fc.constantFrom({}, { cache_control: { type: 'ephemeral' } }), unknownMembers)
  .map(([said, mark, more]) => ({ type: 'text', text: said, ...mark, ...more }));
const imageBlock = fc
  .tuple(
    fc.constantFrom<object>(
      { type: 'url', url: 'https://example.test/a.png' },
      { type: 'base64', media_type: 'image/png', data: 'AAAA' },
      { type: 'file', file_id: 'f1' },
    ),
    unknownMembers,
  )
  .map(([source, more]) => ({ type: 'image', source, ...more }));
const otherBlock = fc.constantFrom(
  { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
  { type: 'search_result', title: 't', source: 's', content: [] },
);
const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'abc' };
const call = fc
  .tuple(word, word, fc.dictionary(word, fc.jsonValue({ maxDepth: 2 })), unknownMembers)
  .map(([id, name, input, more]) => ({ type: 'tool_use', id, name, input, ...more }));
const result = fc
  .tuple(
    word,
    fc.oneof(
      text.filter((said) => said !== ''),
      fc.array(fc.oneof(textBlock, imageBlock), { minLength: 2, maxLength: 3 }),
    ),
    fc.constantFrom({}, { is_error: true }),
    unknownMembers,
  )
  .map(([id, content, error, more]) => ({
    type: 'tool_result',
    tool_use_id: id,
    content,
    ...error,
    ...more,
  }));

/** A list of a single plain text is the same as the text. */
const isNoPlainText = (blocks: readonly object[]) =>
  blocks.length !== 1 || Object.keys(blocks[0]!).join() !== 'type,text';
const content = (...blocks: fc.Arbitrary<object>[]) =>
  fc.oneof(text, fc.array(fc.oneof(...blocks), { maxLength: 3 }).filter(isNoPlainText));

const assistant = fc
  .tuple(content(textBlock, call, fc.constant(thinking)), unknownMembers)
  .map(([said, more]) => ({ role: 'assistant', content: said, ...more }));
/** Results first, as the format wants them, and then what the user says. */
const user = fc
  .tuple(
    fc.oneof(
      content(textBlock, imageBlock, otherBlock),
      fc
        .tuple(
          fc.array(result, { minLength: 1, maxLength: 2 }),
          fc.array(fc.oneof(textBlock, imageBlock), { maxLength: 2 }),
        )
        .map(([results, blocks]) => [...results, ...blocks]),
    ),
    unknownMembers,
  )
  .map(([said, more]) => ({ role: 'user', content: said, ...more }));

const tool = fc
  .tuple(
    word,
    partly({ description: text, strict: fc.boolean(), type: fc.constant('custom') }),
    unknownMembers,
  )
  .map(([name, some, more]) => ({ name, input_schema: { type: 'object' }, ...some, ...more }));
const tools = fc
  .tuple(
    fc.array(tool, { maxLength: 2 }),
    fc.constantFrom<object[]>(
      [],
      [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }],
    ),
  )
  .map(([known, others]) => [...known, ...others])
  .filter((all) => all.length > 0);

/** Bodies of requests in the form in which they come out again: turns alternate. */
export const anthropicBodies = fc
  .tuple(
    fc.record({
      model: word,
      max_tokens: fc.integer({ min: 1 }),
      messages: fc
        .array(fc.tuple(user, assistant), { minLength: 1, maxLength: 3 })
        .map((pairs) => pairs.flat()),
    }),
    partly({
      system: fc.oneof(
        text,
        fc.array(textBlock, { minLength: 1, maxLength: 2 }).filter(isNoPlainText),
      ),
      temperature: fc.constantFrom(0, 0.5, 1),
      top_p: fc.constantFrom(0, 1),
      top_k: fc.nat(),
      stop_sequences: fc.array(text, { minLength: 1, maxLength: 6 }),
      tools,
      tool_choice: fc.constantFrom<object>(
        { type: 'auto' },
        { type: 'any', disable_parallel_tool_use: true },
        { type: 'tool', name: 'f', disable_parallel_tool_use: false },
        { type: 'none' },
        { type: 'some_day', of: 3 },
      ),
      output_config: fc.constantFrom<object>(
        { effort: 'low' },
        { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
        { format: { type: 'json_schema', schema: {}, x_strictness: 1 } },
        { format: { type: 'grammar', grammar: 'a+' } },
      ),
      thinking: fc.constantFrom<object>(
        { type: 'enabled', budget_tokens: 1024 },
        { type: 'disabled' },
      ),
      metadata: fc.constant({ user_id: 'u' }),
      service_tier: fc.constant('auto'),
      cache_control: fc.constant({ type: 'ephemeral' }),
      stream: fc.constant(true),
    }),
    unknownMembers,
  )
  .map(([must, may, more]) => ({ ...must, ...may, ...more }));
