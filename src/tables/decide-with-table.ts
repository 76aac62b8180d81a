import { extractFeatures, type Features, type RoutingRequest } from '../features/index.js';
import type { Rng } from '../statistics/index.js';
import { UserError } from '../user-error.js';
import { policyOfTable } from './parse-routing-table.js';
import type { RoutingTable } from './routing-table.js';

/** Which model a table calls first for a request, and why. */
export interface TableDecision {
  /** `provider/name`. */
  readonly model: string;
  /** `router@dial`. */
  readonly policy: string;
  readonly reasons: readonly string[];
}

/**
 * The first step of a table's policy; no model is called. A cascade may call on to others after it
 * has seen the answer, which its reasons say.
 * @param signals what was obtained of the request, by id; see `signalsOfTable`
 * @throws UserError where the table needs a domain or a signal and the request has none
 */
export function decideWithTable(
  table: RoutingTable,
  request: RoutingRequest,
  rng: Rng,
  signals: NonNullable<Features['signals']> = {},
): TableDecision {
  const policy = policyOfTable(table);
  if (policy.needs.domain && request.domain === null) {
    throw new UserError(
      `The routing table "${table.name}" decides by domain, and the request declares none: say its kind of work (route --domain NAME)`,
    );
  }
  const lacking = policy.needs.signals?.find((id) => signals[id] === undefined);
  if (lacking !== undefined) {
    throw new UserError(
      `The routing table "${table.name}" decides by the signal "${lacking}", and the request carries none: obtain it first`,
    );
  }
  const state = { calls: [], learned: policy.initialState?.() ?? null };
  const { step, reasons } = policy.decide(state, { ...extractFeatures(request), signals }, rng);
  if (step.kind !== 'call') {
    throw new Error(`Policy "${policy.id}" wants to ${step.kind} before it has called a model`);
  }
  return { model: policy.models[step.model]!, policy: policy.id, reasons };
}
