import type { ChatAnswer } from '../../wire/index.js';
import type { Operation } from '../operation.js';
import type { ServiceRequest } from '../pipeline.js';

/** An operation that ended with an answer, or the beginning of one, once the ledger holds it. */
export interface AnsweredOperation {
  readonly operation: Operation;
  readonly request: Pick<ServiceRequest, 'tenant' | 'chat' | 'domain'>;
  readonly answer: ChatAnswer;
  /** Attempts that are booked under it. */
  readonly attempts: number;
}

/** Told of every answer, before its last byte goes out: must neither wait nor throw. */
export interface AnswerListener {
  answered(answered: AnsweredOperation): void;
}

/** Whether somebody was given a whole answer. */
export const isAnswered = ({ status, error, model }: Operation): boolean =>
  status === 200 && error === null && model !== null;

/** Whether a model gave it anew, to a request that left the choice open. */
export const isRoutedAnswer = (operation: Operation): boolean =>
  isAnswered(operation) &&
  operation.routing !== null &&
  (operation.cause === 'policy' || operation.cause === 'fallback');

/** Whether the policy's own choice gave it, so that it says something of that choice. */
export const isOwnChoice = (operation: Operation): boolean =>
  isRoutedAnswer(operation) && operation.cause === 'policy';
