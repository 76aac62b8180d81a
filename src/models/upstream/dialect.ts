import type { ChatFormat, ChatRequest } from '../../wire/index.js';
import { baseAddress } from '../base-address.js';
import { isRecord } from '../json-record.js';
import type { Endpoint } from '../live-model.js';
import { anthropicFamily, openaiFamily } from '../model-families.js';
import type { ModelApi } from '../model-spec.js';

type Body = Readonly<Record<string, unknown>>;

/** How one endpoint is asked in its maker's format. */
export interface Dialect {
  readonly format: ChatFormat;
  readonly url: string;
  /** Names and values in turn, beyond those that every request has. */
  readonly headers: readonly string[];
  /** @throws WireRequestError for what cannot be said in the format */
  body(request: ChatRequest, from: string): Body;
}

/**
 * What models of a name refuse is left out only of requests that came in the other format: in the
 * same format the caller's own words go out, and the provider says what it does not take.
 */
export const DIALECTS: Readonly<
  Record<ModelApi, (endpoint: Endpoint, format: ChatFormat) => Dialect>
> = {
  openai: openaiDialect,
  anthropic: anthropicDialect,
};

function openaiDialect({ name, baseUrl, key }: Endpoint, format: ChatFormat): Dialect {
  const { limitName, takesSampling } = openaiFamily(name, baseUrl === null);
  return {
    format,
    url: baseAddress.openai(baseUrl) + format.path.replace(/^\/v1/, ''),
    headers: ['authorization', `Bearer ${key}`],
    body(request, from) {
      const isSame = from === format.name;
      const asked = isSame || takesSampling ? request : withoutSampling(request);
      const body = format.requestBody({ ...asked, model: name }, from);
      const limited = isSame ? body : withLimit(body, limitName);
      return request.stream ? withUsage(limited) : limited;
    },
  };
}

function anthropicDialect({ name, baseUrl, key }: Endpoint, format: ChatFormat): Dialect {
  const { takesSampling } = anthropicFamily(name);
  return {
    format,
    url: baseAddress.anthropic(baseUrl) + format.path,
    headers: ['x-api-key', key, 'anthropic-version', '2023-06-01'],
    body(request, from) {
      const asked = from === format.name || takesSampling ? request : withoutSampling(request);
      return format.requestBody({ ...asked, model: name }, from);
    },
  };
}

function withoutSampling(request: ChatRequest): ChatRequest {
  return { ...request, parameters: { ...request.parameters, temperature: null, topP: null } };
}

/** The limit under the name that the model takes. */
function withLimit(body: Body, name: 'max_completion_tokens' | 'max_tokens'): Body {
  const { max_tokens: older, max_completion_tokens: newer, ...rest } = body;
  const limit = newer ?? older;
  return limit === undefined ? rest : { ...rest, [name]: limit };
}

/** Streams of this format carry token counts only where they are asked for. */
function withUsage(body: Body): Body {
  const options = isRecord(body.stream_options) ? body.stream_options : {};
  return { ...body, stream_options: { ...options, include_usage: true } };
}
