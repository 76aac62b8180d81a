import { hasMembers } from '../body-members.js';
import type { ChatMessage, ChatPart, ChatRequest, ResponseSchema, Unknowns } from '../chat.js';

type Body = Readonly<Record<string, unknown>>;

/** The body that asks for it; its `extra`s, `others` and `labels` must be of this format. */
export function requestBody(request: ChatRequest): Body {
  const { parameters, tools, toolChoice, others, labels } = request;
  const { maxTokens, temperature, topP, seed, stop } = parameters;
  const { tools: otherTools, ...shaping } = others;
  const { stream_options: streamOptions, max_tokens: olderName, ...marks } = labels;
  const allTools = [
    ...tools.map(({ name, description, parameters, extra }) => ({
      type: 'function',
      function: { name, ...(description === null ? {} : { description }), parameters, ...extra },
    })),
    ...(Array.isArray(otherTools) ? otherTools : []),
  ];
  return {
    model: request.model,
    messages: request.messages.flatMap(messageBodies),
    ...(maxTokens === null
      ? {}
      : { [olderName === undefined ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { top_p: topP }),
    ...(seed === null ? {} : { seed }),
    ...(stop.length === 0 ? {} : { stop }),
    ...(allTools.length === 0 ? {} : { tools: allTools }),
    ...(toolChoice === null
      ? {}
      : {
          tool_choice:
            typeof toolChoice === 'string'
              ? toolChoice
              : { type: 'function', function: { name: toolChoice.name } },
        }),
    ...(request.parallelToolCalls === null
      ? {}
      : { parallel_tool_calls: request.parallelToolCalls }),
    ...(request.responseSchema === null
      ? {}
      : { response_format: responseFormat(request.responseSchema) }),
    ...(request.stream ? { stream: true, ...streamOptionsOf(request, streamOptions) } : {}),
    ...shaping,
    ...marks,
  };
}

function streamOptionsOf({ streamUsage }: ChatRequest, others: unknown): Body {
  const options = {
    ...(streamUsage ? { include_usage: true } : {}),
    ...(typeof others === 'object' ? others : {}),
  };
  return hasMembers(options) ? { stream_options: options } : {};
}

function responseFormat({ name, schema, extra }: ResponseSchema): Body {
  if (extra?.type === 'json_object') return { type: 'json_object' };
  return { type: 'json_schema', json_schema: { name, schema, ...extra } };
}

/** A turn of results becomes one message a result. */
function messageBodies({ role, parts, extra }: ChatMessage): readonly Body[] {
  if (role === 'tool') {
    return parts.flatMap((part) => (part.kind === 'tool_result' ? [resultBody(part, extra)] : []));
  }
  if (role !== 'assistant') return [{ role, content: contentBody(parts), ...extra }];
  const said = parts.filter((part) => part.kind !== 'tool_call');
  const calls = parts.flatMap((part) => (part.kind === 'tool_call' ? [callBody(part)] : []));
  const { tool_calls: otherCalls, ...rest } = extra ?? {};
  const allCalls = Array.isArray(otherCalls) ? [...calls, ...otherCalls] : calls;
  return [
    {
      role,
      content: said.length === 0 ? null : contentBody(said),
      ...(allCalls.length === 0 ? {} : { tool_calls: allCalls }),
      ...rest,
    },
  ];
}

function contentBody(parts: readonly ChatPart[]): string | readonly Unknowns[] {
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'text' && first.extra === undefined) return first.text;
  return parts.flatMap((part): Unknowns[] => {
    switch (part.kind) {
      case 'text':
        return [{ type: 'text', text: part.text, ...part.extra }];
      case 'image': {
        const { detail, ...extra } = part.extra ?? {};
        const image = { url: part.url, ...(detail === undefined ? {} : { detail }) };
        return [{ type: 'image_url', image_url: image, ...extra }];
      }
      case 'other':
        return [part.raw];
      default:
        return [];
    }
  });
}

/** The format has no mark for a tool that failed, so the text says it. */
function resultBody(
  part: Extract<ChatPart, { kind: 'tool_result' }>,
  extra: Unknowns | undefined,
): Body {
  const content = part.extra?.content ?? (part.isError ? `Error: ${part.text}` : part.text);
  return { role: 'tool', tool_call_id: part.callId, content, ...extra };
}

export function callBody(part: Extract<ChatPart, { kind: 'tool_call' }>): Body {
  return {
    id: part.id,
    type: 'function',
    function: { name: part.name, arguments: part.arguments },
    ...part.extra,
  };
}
