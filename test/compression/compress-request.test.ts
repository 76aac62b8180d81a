import { describe, expect, it } from 'vitest';
import { compressRequest, WhitespaceCompressor } from '../../src/compression/index.js';
import type { ChatMessage, ChatPart, ChatRequest } from '../../src/wire/index.js';

const compressor = new WhitespaceCompressor((text) => text.length);
const text = (content: string, marked = false): ChatPart => ({
  kind: 'text',
  text: content,
  ...(marked ? { extra: { cache_control: { type: 'ephemeral' } } } : {}),
});
const turn = (role: ChatMessage['role'], ...parts: ChatPart[]): ChatMessage => ({ role, parts });
const requestOf = (...messages: ChatMessage[]): ChatRequest => ({
  model: 'auto',
  messages,
  parameters: { maxTokens: null, temperature: null, topP: null, seed: null, stop: [] },
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  responseSchema: null,
  stream: false,
  streamUsage: false,
  others: {},
  labels: {},
});
const compress = (...messages: ChatMessage[]) =>
  compressRequest(requestOf(...messages), compressor);

describe('compressRequest', () => {
  it('compresses what people wrote and counts what it took out', () => {
    const { request, tokensRemoved } = compress(
      turn('system', text('Be   brief.')),
      turn('user', text('Name  a river.'), { kind: 'image', url: 'http://a/b' }, text('Or   two.')),
    );
    expect(request.messages).toEqual([
      turn('system', text('Be brief.')),
      turn('user', text('Name a river.'), { kind: 'image', url: 'http://a/b' }, text('Or two.')),
    ]);
    expect(tokensRemoved).toBe(5);
  });

  it('leaves what models and tools wrote', () => {
    const call: ChatPart = { kind: 'tool_call', id: '1', name: 'look', arguments: '{"a":   1}' };
    const result = { kind: 'tool_result', callId: '1', text: 'a   b', isError: false } as const;
    const messages = [
      turn('assistant', text('Well   then.'), call),
      turn('tool', result),
      turn('user', result, { kind: 'other', raw: { text: 'a   b' } }),
    ];
    const request = requestOf(...messages);
    expect(compressRequest(request, compressor)).toMatchObject({ request, tokensRemoved: 0 });
  });

  it('leaves all up to the last part that may mark a prefix', () => {
    const before = [
      turn('system', text('Be   brief.', true), text('And   kind.')),
      turn('user', text('One   thing.')),
    ];
    const { request, tokensRemoved } = compress(
      ...before,
      turn('user', text('Another   thing.'), text('Marked   one.', true), text('Free   one.')),
      turn('user', text('Last   one.')),
    );
    expect(request.messages).toEqual([
      ...before,
      turn('user', text('Another   thing.'), text('Marked   one.', true), text('Free one.')),
      turn('user', text('Last one.')),
    ]);
    expect(tokensRemoved).toBe(4);
  });

  it('gives back the very request where there is nothing to do, as after the first time', () => {
    const plain = requestOf(turn('user', text('Name a river.')));
    expect(compressRequest(plain, compressor).request).toBe(plain);
    const { request: once } = compress(turn('user', text('Name   a\n\n\n\n\nriver.')));
    expect(compressRequest(once, compressor).tokensRemoved).toBe(0);
    expect(compressRequest(once, compressor).request).toBe(once);
  });
});
