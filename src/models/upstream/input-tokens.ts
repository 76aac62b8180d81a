import { approximateTokens } from '../../costs/index.js';
import type { ChatPart, ChatRequest, ToolDefinition } from '../../wire/index.js';

/** How the parts of a request are turned into tokens. */
interface Measure {
  readonly text: (text: string) => number;
  /** Any picture. */
  readonly image: number;
  /** What a part that is named by an address or an id may hold. */
  readonly reference: number;
  readonly request: number;
  readonly message: number;
  readonly part: number;
  /** A call is written out again in the model's own words, which are wordier than JSON. */
  readonly call: number;
  /** Any tools at all bring instructions with them. */
  readonly tools: number;
  readonly tool: number;
  readonly schema: number;
}

const WORST: Measure = {
  // A token has at least one byte.
  text: (text) => Buffer.byteLength(text),
  // The dearest picture known: 8 tiles of gpt-4o-mini, 48,169.
  image: 50_000,
  // A whole context window of the common size.
  reference: 200_000,
  request: 64,
  message: 16,
  part: 8,
  call: 2,
  tools: 1_024,
  tool: 32,
  schema: 512,
};

const EXPECTED: Measure = {
  text: approximateTokens,
  image: 1_000,
  reference: 5_000,
  request: 4,
  message: 4,
  part: 0,
  call: 1,
  tools: 300,
  tool: 8,
  schema: 16,
};

/** Members that say where a part's content lies, in JSON. */
const REFERENCE = /"(?:file_id|file_url|url)":/;

/**
 * The most input tokens that a request can come to, by the bytes of its texts, tools, schemas and
 * extras, with a constant for each picture and each document that is only referred to. A longer
 * document than 200,000 tokens behind an address or id is beyond it. Takes linear time.
 */
export function worstInputTokens(request: ChatRequest): number {
  return inputTokens(request, WORST);
}

/** The input tokens to be expected of a request, for bookings that must be estimated. */
export function expectedInputTokens(request: ChatRequest): number {
  return inputTokens(request, EXPECTED);
}

function inputTokens(request: ChatRequest, measure: Measure): number {
  let tokens = measure.request;
  for (const { parts, extra } of request.messages) {
    tokens += measure.message + ofJson(extra, measure);
    for (const part of parts) tokens += measure.part + ofPart(part, measure);
  }
  if (request.tools.length > 0) tokens += measure.tools;
  for (const tool of request.tools) tokens += measure.tool + ofTool(tool, measure);
  if (request.responseSchema !== null) {
    tokens += measure.schema + ofJson(request.responseSchema, measure);
  }
  return tokens + ofJson(request.others, measure);
}

function ofPart(part: ChatPart, measure: Measure): number {
  const extra = ofJson(part.extra, measure);
  switch (part.kind) {
    case 'text':
      return extra + measure.text(part.text);
    case 'image':
      return extra + measure.image;
    case 'tool_call': {
      const { id, name, arguments: json } = part;
      const words = measure.text(id) + measure.text(name) + measure.text(json);
      return extra + measure.tool + measure.call * words;
    }
    case 'tool_result':
      return extra + measure.tool + measure.text(part.callId) + measure.text(part.text);
    case 'other': {
      const json = JSON.stringify(part.raw);
      return extra + measure.text(json) + (REFERENCE.test(json) ? measure.reference : 0);
    }
  }
}

function ofTool(
  { name, description, parameters, extra }: ToolDefinition,
  measure: Measure,
): number {
  return (
    measure.text(name) +
    (description === null ? 0 : measure.text(description)) +
    ofJson(parameters, measure) +
    ofJson(extra, measure)
  );
}

function ofJson(value: object | undefined, measure: Measure): number {
  if (value === undefined) return 0;
  const json = JSON.stringify(value);
  return json === '{}' ? 0 : measure.text(json);
}
