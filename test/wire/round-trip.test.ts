import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anthropicMessages,
  type ChatFormat,
  chatFormats,
  openaiChat,
  textMessages,
  WireRequestError,
} from '../../src/wire/index.js';
import { anthropicBodies } from './anthropic-bodies.js';
import { openaiBodies } from './openai-bodies.js';

const bodies: readonly (readonly [ChatFormat, fc.Arbitrary<object>])[] = [
  [openaiChat, openaiBodies],
  [anthropicMessages, anthropicBodies],
];

/** Without the members that no format knows, which no other format is told. */
function withoutUnknowns(body: object): unknown {
  return JSON.parse(JSON.stringify(body), (name: string, value: unknown) =>
    name.startsWith('x_') ? undefined : value,
  );
}

describe.each(bodies)('$name', (format, requests) => {
  it('sends a request of its own on as it came', () => {
    fc.assert(
      fc.property(requests, (body) => {
        expect(format.requestBody(format.parseRequest(body), format.name)).toEqual(body);
      }),
      { numRuns: 500 },
    );
  });

  it('reads its own writing the same again', () => {
    fc.assert(
      fc.property(requests, (body) => {
        const request = format.parseRequest(body);
        expect(format.parseRequest(format.requestBody(request, format.name))).toEqual(request);
      }),
    );
  });

  it('refuses a request for the other format, or says the same in it', () => {
    const [other] = chatFormats.filter((candidate) => candidate !== format);
    let said = 0;
    fc.assert(
      fc.property(requests, (body) => {
        const request = { ...format.parseRequest(withoutUnknowns(body)), others: {} };
        const limited = { ...request, parameters: { ...request.parameters, maxTokens: 9 } };
        try {
          const again = other!.parseRequest(other!.requestBody(limited, format.name));
          said++;
          const texts = (messages: typeof again.messages) =>
            textMessages(messages)
              .map(({ content }) => content)
              .filter((text) => text !== '');
          // System text may move to the front, and a failure of a tool is said in words.
          const written = texts(again.messages).join('').replaceAll('Error: ', '');
          expect(written).toHaveLength(texts(limited.messages).join('').length);
          expect(again.labels).toEqual({});
        } catch (error) {
          if (!(error instanceof WireRequestError)) throw error;
          expect(error.message.length).toBeLessThan(400);
        }
      }),
      { numRuns: 500 },
    );
    expect(said).toBeGreaterThan(20);
  });

  it('never throws anything but its own error on a body of any shape', () => {
    const members = [
      'model',
      'messages',
      'max_tokens',
      'stop',
      'response_format',
      'system',
      'tools',
    ];
    const shapes = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...members), fc.jsonValue()),
      fc
        .jsonValue()
        .map((content) => ({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content }] })),
      fc.jsonValue().map((message) => ({ model: 'm', max_tokens: 1, messages: [message] })),
    );
    fc.assert(
      fc.property(shapes, (body) => {
        try {
          format.parseRequest(body);
        } catch (error) {
          expect(error).toBeInstanceOf(WireRequestError);
        }
      }),
    );
  });
});
