import { objectIn } from '../answer-json.js';
import { isRecord } from '../body-members.js';
import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  ToolChoice,
  ToolDefinition,
  Unknowns,
} from '../chat.js';
import { WireRequestError } from '../wire-failure.js';

const DATA_URL = /^data:([^;,]{1,100});base64,/;

/** The body that asks for it; its `extra`s, `others` and `labels` must be of this format. */
export function requestBody(request: ChatRequest): Unknowns {
  const { parameters, tools, responseSchema, others, labels } = request;
  const { maxTokens, temperature, topP, stop } = parameters;
  if (maxTokens === null) {
    throw new WireRequestError('max_tokens: the format of the model asked for requires it');
  }
  if (temperature !== null && temperature > 1) {
    throw new WireRequestError(
      `temperature: the format of the model asked for takes 0 to 1, got ${temperature}`,
    );
  }
  const { tools: otherTools, output_config: otherOutput, ...shaping } = others;
  const [first, ...later] = request.messages;
  const turns = first?.role === 'system' ? later : request.messages;
  const allTools = [...tools.map(toolBody), ...(Array.isArray(otherTools) ? otherTools : [])];
  const output = {
    ...(isRecord(otherOutput) ? otherOutput : {}),
    ...(responseSchema === null
      ? {}
      : {
          format: { type: 'json_schema', schema: responseSchema.schema, ...responseSchema.extra },
        }),
  };
  const choice = toolChoiceBody(request);
  return {
    model: request.model,
    max_tokens: maxTokens,
    ...(first?.role === 'system' ? { system: contentBody(first.parts, 'system') } : {}),
    messages: messageBodies(turns),
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { top_p: topP }),
    ...(stop.length === 0 ? {} : { stop_sequences: stop }),
    ...(allTools.length === 0 ? {} : { tools: allTools }),
    ...(choice === null ? {} : { tool_choice: choice }),
    ...(Object.keys(output).length === 0 ? {} : { output_config: output }),
    ...(request.stream ? { stream: true } : {}),
    ...shaping,
    ...labels,
  };
}

function toolBody({ name, description, parameters, extra }: ToolDefinition): Unknowns {
  return {
    name,
    ...(description === null ? {} : { description }),
    input_schema: parameters,
    ...extra,
  };
}

/** Whether calls may be parallel is said with the choice, so it needs one. */
function toolChoiceBody({ toolChoice, parallelToolCalls, tools }: ChatRequest): Unknowns | null {
  const isLimited = parallelToolCalls === false && tools.length > 0;
  const choice = toolChoice ?? (isLimited ? 'auto' : null);
  if (choice === null) return null;
  const body = choiceBody(choice);
  return parallelToolCalls === null || choice === 'none'
    ? body
    : { ...body, disable_parallel_tool_use: !parallelToolCalls };
}

function choiceBody(choice: ToolChoice): Unknowns {
  if (typeof choice === 'object') return { type: 'tool', name: choice.name };
  return { type: choice === 'required' ? 'any' : choice };
}

/**
 * Results of tools go into one turn of the user's, with the text that follows them, where what else
 * is said about the turns is the same. (Two turns of the user's in a row say the same as one.)
 */
function messageBodies(messages: readonly ChatMessage[]): readonly Unknowns[] {
  const bodies: Unknowns[] = [];
  let open: { readonly blocks: Unknowns[]; readonly extra: Unknowns | undefined } | null = null;
  messages.forEach(({ role, parts, extra }, index) => {
    const path = `messages.${index}`;
    if (open !== null && open.extra === extra && (role === 'tool' || role === 'user')) {
      for (const part of parts) open.blocks.push(blockBody(part, path));
      if (role === 'user') open = null;
      return;
    }
    if (role === 'tool') {
      const blocks = parts.map((part) => blockBody(part, path));
      open = { blocks, extra };
      bodies.push({ role: 'user', content: blocks, ...extra });
      return;
    }
    open = null;
    bodies.push({ role, content: contentBody(parts, path), ...extra });
  });
  return bodies;
}

function contentBody(parts: readonly ChatPart[], path: string): string | readonly Unknowns[] {
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'text' && first.extra === undefined) return first.text;
  return parts.map((part) => blockBody(part, path));
}

function blockBody(part: ChatPart, path: string): Unknowns {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text, ...part.extra };
    case 'image':
      return { type: 'image', source: sourceBody(part.url, path), ...part.extra };
    case 'tool_call':
      return {
        type: 'tool_use',
        id: part.id,
        name: part.name,
        input: inputOf(part.arguments, path),
        ...part.extra,
      };
    case 'tool_result':
      return {
        type: 'tool_result',
        tool_use_id: part.callId,
        ...(part.text === '' ? {} : { content: part.text }),
        ...(part.isError ? { is_error: true } : {}),
        ...part.extra,
      };
    case 'other':
      return part.raw;
  }
}

function sourceBody(url: string, path: string): Unknowns {
  if (!url.startsWith('data:')) return { type: 'url', url };
  const found = DATA_URL.exec(url);
  if (found === null) {
    throw new WireRequestError(`${path}: expected the picture's data in base64`);
  }
  return { type: 'base64', media_type: found[1], data: url.slice(found[0].length) };
}

function inputOf(json: string, path: string): Unknowns {
  if (json.trim() === '') return {};
  const input = objectIn(json);
  if (input !== null) return input;
  throw new WireRequestError(
    `${path}: the arguments of a tool's call must be the text of a JSON object`,
  );
}
