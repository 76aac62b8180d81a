import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { approximateTokens, expectedCost, toUsd } from '../../costs/index.js';
import type { Gateway } from '../pipeline.js';
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
        body: z
          .strictObject({
            prompt: z.string().optional(),
            messages: z
              .array(z.object({ role: z.string(), content: z.string() }))
              .min(1)
              .optional(),
            model: z.string().min(1),
            max_tokens: z.int().positive().max(maxTokens).optional(),
          })
          .refine(
            ({ prompt, messages }) => (prompt === undefined) !== (messages === undefined),
            'expected either "prompt" or "messages"',
          ),
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
      const found = findModel(models, body.model);
      if (found === null) {
        throw unknownModel(
          body.model,
          gateway.models.filter((name) => name !== 'auto'),
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
