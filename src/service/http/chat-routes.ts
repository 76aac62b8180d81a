import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type ChatFormat, chatFormats } from '../../wire/index.js';
import type { Gateway } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import { tenantOf } from './admission.js';
import { FAILURES } from './failure-schema.js';
import { optionHeaders, requestOptions } from './request-options.js';
import { sendReply } from './send-reply.js';

export interface ChatRoutesOptions {
  readonly gateway: Gateway;
  readonly isDraining: () => boolean;
}

/** Described, never enforced: the format reads the body once, and says what is wrong with it in its own words. */
const described = z
  .looseObject({
    model: z.string().describe('A model of /v1/models; "auto" lets the routing table choose.'),
    messages: z.array(z.looseObject({ role: z.string() })),
    max_tokens: z.int().positive().optional(),
    stream: z.boolean().optional(),
  })
  .describe('As the format has it; members that are not listed here pass through.');

/** The endpoints that official clients know, one a format. */
export function addChatRoutes(app: FastifyInstance, options: ChatRoutesOptions): void {
  for (const format of chatFormats) addChatRoute(app, format, options);
}

function addChatRoute(
  app: FastifyInstance,
  format: ChatFormat,
  { gateway, isDraining }: ChatRoutesOptions,
): void {
  app.post(
    format.path,
    {
      schema: {
        summary: `Answers a request in the ${format.name} format, whichever model answers`,
        tags: ['chat'],
        body: described,
        headers: optionHeaders,
        response: {
          200: {
            description: 'As the format has it: whole, or a stream where one is asked for.',
            content: {
              'application/json': { schema: z.looseObject({}) },
              'text/event-stream': { schema: z.string() },
            },
          },
          ...FAILURES,
        },
      },
      validatorCompiler: () => (value) => ({ value }),
    },
    async (request, reply) => {
      const { exchange, body } = request;
      if (body === undefined || body === null) throw NO_BODY;
      const outcome = await gateway.handle({
        operationId: exchange.id,
        tenant: tenantOf(exchange),
        ...requestOptions(request.raw.headers),
        endpoint: exchange.endpoint,
        format,
        chat: format.parseRequest(body),
        left: exchange.left,
        arrivedAt: exchange.arrivedAt,
      });
      await sendReply(request, reply, outcome, isDraining);
    },
  );
}

const NO_BODY = new Refusal('invalid_request', {
  status: 400,
  message: 'The body is empty or null; send a JSON object.',
  code: 'no_body',
});
