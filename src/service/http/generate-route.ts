import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toUsd } from '../../costs/index.js';
import { flag, integer, mapping, text } from '../../documents/index.js';
import type { ChatMessage, ChatRequest } from '../../wire/index.js';
import type { Gateway, ServiceReply } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import { tenantOf } from './admission.js';
import { FAILURES } from './failure-schema.js';
import { sendFailure } from './failures.js';
import { OWN_FORMAT } from './formats.js';
import { answerHeaders } from './reply-headers.js';
import { LONGEST_LABEL, optionHeaders, requestOptions } from './request-options.js';
import type { ServerLimits } from './server-options.js';

const LABEL = `a text of 1 to ${LONGEST_LABEL} characters`;
const label = text(LABEL).max(LONGEST_LABEL, { error: LABEL });
/** What is absent is said by a header or is as it always is. */
const requestSchema = (maxTokens: number) =>
  mapping('a JSON object with "prompt"', {
    prompt: text('a text that is not empty'),
    model: text('the name of a model')
      .optional()
      .describe('"auto" where absent, if a routing table is loaded.'),
    max_tokens: integer(1, maxTokens).optional(),
    use_cache: flag().optional().describe('True where neither this nor the header says else.'),
    compress: flag().optional().describe('Lossless only: no word is lost.'),
    system: text('a text that is not empty').optional(),
    domain: label.optional().describe('The kind of work, for routing.'),
    tag: label.optional().describe('What the request is filed under.'),
  });
const tokens = z.int().nullable();
const answerSchema = z.object({
  response: z.string(),
  model: z.string(),
  cached: z.boolean(),
  cost: z.number().nullable().describe('US dollars; null where unknown.'),
  tokens: z.object({ input: tokens, output: tokens, total: tokens }),
  operation_id: z.string(),
  cause: z.string().describe('Who chose the model: policy, named, fallback, cache.'),
  policy: z.string().nullable(),
  simulated: z.boolean().describe('If so, nobody spent the cost.'),
  finish_reason: z.string(),
  tokens_removed: z.int().describe('Input tokens that compression removed, estimated.'),
  cache_saving: z.number().nullable().describe('US dollars that the repeated answer had cost.'),
  warning: z.string().nullable(),
});

/** A prompt in, a text out. */
export function addGenerateRoute(
  instance: FastifyInstance,
  { gateway, limits }: { readonly gateway: Gateway; readonly limits: ServerLimits },
): void {
  const routes = gateway.models[0] === 'auto';
  instance.withTypeProvider<ZodTypeProvider>().post(
    '/v1/generate',
    {
      schema: {
        summary: 'Answers a prompt',
        tags: ['generate'],
        body: requestSchema(limits.maxTokens),
        headers: optionHeaders,
        response: { 200: answerSchema, ...FAILURES },
      },
    },
    async (request, reply) => {
      const { exchange, body } = request;
      if (body.model === undefined && !routes) throw noModel(gateway.models);
      const said = requestOptions(request.raw.headers);
      const outcome = await gateway.handle({
        operationId: exchange.id,
        tenant: tenantOf(exchange),
        tag: body.tag ?? said.tag,
        domain: body.domain ?? said.domain,
        endpoint: exchange.endpoint,
        format: OWN_FORMAT,
        chat: chatRequest(body),
        cache: body.use_cache === undefined ? said.cache : body.use_cache ? 'on' : 'off',
        compress: body.compress ?? said.compress,
        left: exchange.left,
        arrivedAt: exchange.arrivedAt,
      });
      if (outcome.kind === 'failure') {
        exchange.operation = outcome.operation;
        sendFailure(reply, exchange, outcome.failure);
        return reply;
      }
      if (outcome.kind === 'stream') throw new Error('A stream came, which nobody had asked for');
      exchange.head = outcome.head;
      exchange.operation = outcome.operation;
      reply.headers(answerHeaders(exchange, outcome));
      return answerBody(exchange.id, outcome);
    },
  );
}

function chatRequest(body: z.infer<ReturnType<typeof requestSchema>>): ChatRequest {
  const message = (role: 'system' | 'user', words: string): ChatMessage => ({
    role,
    parts: [{ kind: 'text', text: words }],
  });
  return {
    model: body.model ?? 'auto',
    messages: [
      ...(body.system === undefined ? [] : [message('system', body.system)]),
      message('user', body.prompt),
    ],
    parameters: {
      maxTokens: body.max_tokens ?? null,
      temperature: null,
      topP: null,
      seed: null,
      stop: [],
    },
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    responseSchema: null,
    stream: false,
    streamUsage: false,
    others: {},
    labels: {},
  };
}

function answerBody(
  operation_id: string,
  { head, operation, answer }: Extract<ServiceReply, { kind: 'answer' }>,
): z.infer<typeof answerSchema> {
  const { usage } = answer;
  return {
    response: answer.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
    model: head.model,
    cached: head.cache === 'hit',
    cost: operation.cost === null ? null : toUsd(operation.cost),
    tokens: {
      input: usage?.input ?? null,
      output: usage?.output ?? null,
      total: usage === null ? null : usage.input + usage.output,
    },
    operation_id,
    cause: head.cause,
    policy: head.routing?.policy ?? null,
    simulated: head.simulated,
    finish_reason: answer.finishReason,
    tokens_removed: operation.tokensRemoved,
    cache_saving: operation.cacheSaving === null ? null : toUsd(operation.cacheSaving),
    warning: head.warning,
  };
}

const noModel = (names: readonly string[]): Refusal =>
  new Refusal('invalid_request', {
    status: 400,
    message: `model: name one, as no routing table is loaded. Models: ${names.slice(0, 20).join(', ')}.`,
    code: 'model_required',
    param: 'model',
  });
