import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { amount, mapping, text } from '../../documents/index.js';
import { isAnswered } from '../learning/answered-operation.js';
import type { Learning } from '../learning/open-learning.js';
import type { ServiceLedger } from '../ledger.js';
import { Refusal, rateRefusal } from '../refusal.js';
import type { TenantGate } from '../tenants.js';
import { tenantOf } from './admission.js';
import { FAILURES } from './failure-schema.js';
import { logMistake } from './failures.js';

export interface FeedbackRouteOptions {
  readonly ledger: Pick<ServiceLedger, 'operation' | 'recordFeedback'>;
  readonly tenants: Pick<TenantGate, 'admit'>;
  /** Told of what was recorded; nobody is where it is absent. */
  readonly learning?: Pick<Learning, 'feedbackRecorded'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const MOST_DAYS = 30;
const DAY_MS = 86_400_000;
const LONGEST_ID = 100;
const ID = `an operation's id, as the header x-switchyard-operation gave it`;

const body = mapping('a JSON object with "operation_id" and "score"', {
  operation_id: text(ID).max(LONGEST_ID, { error: ID }).describe('The operation judged.'),
  score: amount('a score', 1).describe('How good its answer was: 0 is useless, 1 is right.'),
});

/** What callers say of the answers they were given. */
export function addFeedbackRoute(instance: FastifyInstance, options: FeedbackRouteOptions): void {
  const { ledger, tenants, learning, now } = options;
  instance.withTypeProvider<ZodTypeProvider>().post(
    '/v1/feedback',
    {
      config: { confidential: true },
      schema: {
        summary: 'Says how good the answer to an operation of the same tenant was, once',
        tags: ['feedback'],
        body,
        response: {
          200: z.object({
            operation_id: z.string(),
            source: z.literal('caller'),
            score: z.number(),
            received_at: z.string(),
          }),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const { operation_id: operationId, score } = request.body;
      const tenant = tenantOf(request.exchange);
      const waitMs = tenants.admit(tenant, 0);
      if (waitMs > 0) throw rateRefusal(waitMs);
      const unlessFailed = <Result>(work: Promise<Result>): Promise<Result> =>
        work.catch((error: unknown) => {
          logMistake(error, request);
          throw NOT_WRITTEN;
        });
      // Whose it is decides before all else, so that nobody learns what others have.
      const operation = await unlessFailed(ledger.operation(operationId));
      if (operation === null || operation.tenant !== tenant.id || !isAnswered(operation)) {
        throw NO_OPERATION;
      }
      if (now() - Date.parse(operation.receivedAt) > MOST_DAYS * DAY_MS) throw TOO_LATE;
      const receivedAt = new Date(now()).toISOString();
      const feedback = {
        operationId,
        tenant: tenant.id,
        source: 'caller',
        score,
        unscored: null,
        judge: null,
        probability: null,
        receivedAt,
      } as const;
      const receipt = await unlessFailed(ledger.recordFeedback({ feedback, usage: [] }));
      if (receipt.kind === 'unknown') throw NO_OPERATION;
      if (receipt.kind === 'repeated') throw REPEATED;
      learning?.feedbackRecorded();
      return {
        operation_id: operationId,
        source: 'caller' as const,
        score,
        received_at: receivedAt,
      };
    },
  );
}

/** The same for one that is another tenant's, was never there, is not over yet or had no answer. */
const NO_OPERATION = new Refusal('not_found', {
  status: 404,
  message: 'operation_id: you have no operation of this id that was answered.',
  code: 'operation_not_found',
  param: 'operation_id',
});
const REPEATED = new Refusal('conflict', {
  status: 409,
  message: 'operation_id: this operation has feedback already, and the first counts.',
  code: 'feedback_exists',
  param: 'operation_id',
});
const TOO_LATE = new Refusal('too_late', {
  status: 410,
  message: `operation_id: this operation is more than ${MOST_DAYS} days old.`,
  code: 'feedback_too_late',
  param: 'operation_id',
});
const NOT_WRITTEN = new Refusal('ledger_unavailable', {
  status: 503,
  message: 'The ledger cannot be written now, so the feedback is not kept; send it again later.',
  code: 'ledger_unavailable',
  retryAfterMs: 1_000,
});
