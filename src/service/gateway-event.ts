import type { FailedAttempt } from './generate.js';
import type { Operation } from './operation.js';

/** What happens inside the gateway, for logs and metrics. Holds no text of a prompt or an answer. */
export type GatewayEvent =
  /** An attempt failed; `next` says what is done about it. */
  | ({ readonly kind: 'attempt_failed'; readonly operation: string } & FailedAttempt)
  /** A model that has kept failing is not asked, or only where no other answers. */
  | { readonly kind: 'passed_over'; readonly operation: string; readonly model: string }
  /** Something was asked how a request reads in numbers, to find one that asks the same in other words. */
  | {
      readonly kind: 'looked_for_similar';
      readonly operation: string;
      /** How long that was waited for. */
      readonly ms: number;
      /** Whether it could tell, in time. */
      readonly embedded: boolean;
    }
  /** The ledger did not take an operation. */
  | { readonly kind: 'ledger_failed'; readonly operation: string; readonly error: unknown }
  /** A mistake of this program. */
  | { readonly kind: 'unexpected'; readonly operation: string; readonly error: unknown }
  /** An operation is over. */
  | { readonly kind: 'done'; readonly operation: Omit<Operation, 'content'> };
