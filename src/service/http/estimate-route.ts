import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { approximateTokens, expectedCost, toUsd } from '../../costs/index.js';
import { integer, listOf, mapping, text } from '../../documents/index.js';
import type { Gateway } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import { AUTO } from '../resolve-model.js';
import { FAILURES } from './failure-schema.js';
import { findModel } from './find-model.js';
import { unknownModel } from './model-routes.js';
import type { ListedModel, ServerLimits } from './server-options.js';

export interface EstimateRouteOptions {
  readonly gateway: Gateway;
  readonly models: readonly ListedModel[];
  readonly limits: ServerLimits;
}

/** What formats add around a message. */
const TOKENS_PER_MESSAGE = 4;

const message = z.object(
  { role: text('a role'), content: z.string({ error: 'a text' }) },
  { error: 'a message with role and content' },
);

/** What a request would cost, without asking anyone. */
export function addEstimateRoute(
  instance: FastifyInstance,
  { gateway, models, limits }: EstimateRouteOptions,
): void {
  const { defaultMaxTokens, maxTokens } = limits;
  instance.withTypeProvider<ZodTypeProvider>().post(
    '/v1/estimate',
    {
      schema: {
        summary: 'What a request would cost with one model',
        tags: ['costs'],
        body: mapping('a JSON object with "model" and "prompt"', {
          prompt: text('a text that is not empty').optional(),
          messages: listOf(message, 'a list of messages').optional(),
          model: text('the name of a model'),
          max_tokens: integer(1, maxTokens).optional(),
        }).refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
          message: 'either "prompt" or "messages"',
          path: ['prompt'],
        }),
        response: {
          200: z.object({
            model: z.string(),
            input_tokens: z.int().describe('Estimated without a tokenizer, within about a third.'),
            estimated_output_tokens: z
              .int()
              .describe('The most that the answer may have: max_tokens, or the default.'),
            estimated_cost: z.number().describe('US dollars for that many tokens, uncached.'),
            estimated: z.literal(true).describe('Nothing here was counted by a provider.'),
            simulated: z.boolean(),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ body }) => {
      if (body.model === AUTO) throw needsName(models);
      const found = findModel(models, body.model);
      if (found === null) {
        throw unknownModel(
          body.model,
          gateway.models.filter((name) => name !== AUTO),
        );
      }
      const texts = body.messages?.map(({ content }) => content) ?? [body.prompt ?? ''];
      const input_tokens = texts.reduce(
        (sum, text) => sum + TOKENS_PER_MESSAGE + approximateTokens(text),
        0,
      );
      const outputTokens = body.max_tokens ?? Math.min(defaultMaxTokens, maxTokens);
      return {
        model: found.id,
        input_tokens,
        estimated_output_tokens: outputTokens,
        estimated_cost: toUsd(
          expectedCost({ inputTokens: input_tokens, outputTokens }, found.pricing),
        ),
        estimated: true as const,
        simulated: found.simulated,
      };
    },
  );
}

function needsName(models: readonly ListedModel[]): Refusal {
  const names = models.slice(0, 20).map(({ id }) => id);
  return new Refusal('invalid_request', {
    status: 400,
    message: `model: found "${AUTO}", expected the name of a model, as a routing table decides only when it is asked. Models: ${names.join(', ')}.`,
    code: 'model_required',
    param: 'model',
  });
}
