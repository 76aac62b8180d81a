import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Learning } from '../learning/open-learning.js';
import { requireAdmin } from './admission.js';
import { FAILURES } from './failure-schema.js';

const share = z.number();
const answerSchema = z.object({
  adapting: z
    .object({
      table: z.string().describe('SHA-256 of the routing table it goes on from.'),
      policy: z.string(),
      version: z.int().describe('Place of the last feedback that the state knows of.'),
      learned: z.int().describe('Feedback learned from, over all starts since the table.'),
      passed_over: z.int().describe("Feedback without a score, or on no choice of this table's."),
      lost: z.int().describe('Feedback on requests that were not known any more.'),
      models: z
        .array(
          z.object({
            model: z.string(),
            scores: z.number(),
            quality: z.number().nullable().describe('Null where it hangs on the request.'),
            cost: z.number().nullable().describe('Mean US dollars; null where none was seen.'),
          }),
        )
        .nullable()
        .describe('What the state says of each model; null where the policy does not tell.'),
    })
    .nullable()
    .describe('Null where the policy stays as it was exported.'),
  exploring: z.object({
    share: share.describe('Of routed requests, those whose model is drawn.'),
    dearer: z.boolean().describe('Whether dearer models than the one chosen are drawn, too.'),
    routed: z.int().describe('Answers to routed requests since the service began.'),
    strayed: z.int().describe('Of these, how many a model gave that was not the likeliest.'),
  }),
  judging: z
    .object({
      model: z.string(),
      rubric: z.string(),
      share: share.describe('Of routed answers, those that are judged.'),
      drawn: z.int().describe('Answers that the lot fell on, since the service began.'),
      scored: z.int(),
      unscored: z.int(),
      waiting: z.int(),
    })
    .nullable()
    .describe('Null where nobody judges.'),
});

const NOTHING: Learning['status'] = {
  adapting: null,
  exploration: { share: 0, dearer: false, routed: 0, strayed: 0 },
  judging: null,
};

/** How learning from traffic goes. */
export function addLearningRoute(
  instance: FastifyInstance,
  { learning }: { readonly learning?: Pick<Learning, 'status'> },
): void {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/v1/learning',
    {
      config: { confidential: true },
      schema: {
        summary: 'What is learned from traffic; needs the key of an administrator',
        tags: ['feedback'],
        response: { 200: answerSchema, ...FAILURES },
      },
    },
    async ({ exchange }) => {
      requireAdmin(exchange);
      const { adapting, exploration, judging } = learning?.status ?? NOTHING;
      if (adapting === null) return { adapting, exploring: exploration, judging };
      const { passedOver, models, ...rest } = adapting;
      return {
        adapting: {
          ...rest,
          passed_over: passedOver,
          models: models === null ? null : models.map((model) => ({ ...model })),
        },
        exploring: exploration,
        judging,
      };
    },
  );
}
