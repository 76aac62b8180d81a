import { withoutForeign } from '../across-formats.js';
import type { ChatMessage, ChatPart, ChatRequest, ResponseSchema } from '../chat.js';
import { WireRequestError } from '../wire-failure.js';

/**
 * A request of another format as this one says it: all system text first, as one turn; no texts that
 * are empty, which this format refuses; no seed, which is a wish and not a promise where it exists.
 * @throws WireRequestError that names what cannot be said
 */
export function adoptedRequest(request: ChatRequest, from: string): ChatRequest {
  const plain = withoutForeign(request, from);
  const system = plain.messages.filter(({ role }) => role === 'system');
  const systemParts = system.flatMap(({ parts }) => parts).filter(says);
  const turns = plain.messages.filter(({ role }) => role !== 'system').flatMap(withoutSilence);
  const { responseSchema } = plain;
  return {
    ...plain,
    messages: systemParts.length === 0 ? turns : [{ role: 'system', parts: systemParts }, ...turns],
    parallelToolCalls: plain.parallelToolCalls === false ? false : null,
    responseSchema: responseSchema === null ? null : enforced(responseSchema),
  };
}

function withoutSilence(message: ChatMessage): readonly ChatMessage[] {
  const parts = message.parts.filter(says);
  return parts.length === 0 ? [] : [{ ...message, parts }];
}

function says(part: ChatPart): boolean {
  return part.kind !== 'text' || part.text !== '';
}

/** Always strict here; a description of the whole belongs into the schema. */
function enforced({ name, schema, extra = {} }: ResponseSchema): ResponseSchema {
  const { strict: _, description, ...rest } = extra;
  if (rest.type === 'json_object') {
    throw new WireRequestError(
      'response_format: "json_object" has no counterpart in the format of the model asked for; give a "json_schema"',
    );
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new WireRequestError(
      `response_format.json_schema.${unknown}: has no counterpart in the format of the model asked for`,
    );
  }
  return {
    name,
    schema: typeof description === 'string' ? { description, ...schema } : schema,
  };
}
