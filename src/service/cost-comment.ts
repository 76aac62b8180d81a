import { toUsd } from '../costs/index.js';
import type { Operation } from './operation.js';

/** What a streamed answer cost, as a comment of the event stream, which clients pass over. */
export function costComment({ id, cost }: Pick<Operation, 'id' | 'cost'>): string {
  const told = { operation: id, cost_usd: cost === null ? null : toUsd(cost) };
  return `: switchyard ${JSON.stringify(told)}\n\n`;
}
