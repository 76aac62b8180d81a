import { blendedPrice } from '../../costs/index.js';
import { exploring } from '../../policies/index.js';
import type { LiveTable } from '../route-live.js';
import type { TableModels } from '../table-models.js';

/** How a service explores. */
export interface ServiceExploration {
  /** Share of routed requests whose model is drawn among the eligible, in [0, 1]. */
  readonly share: number;
  /** Whether models with a higher list price than that of the one chosen are eligible, too. */
  readonly dearer: boolean;
}

/**
 * A routing table whose policy explores among models of at most the list price of its choice, unless
 * dearer ones are allowed: whoever is charged for a request pays no more for what others learn from it.
 * @throws UserError where the policy may call several models
 */
export function exploredTable(
  table: LiveTable,
  models: TableModels,
  { share, dearer }: ServiceExploration,
): LiveTable {
  const prices = table.policy.models.map((name) => blendedPrice(models.get(name)!.pricing));
  const eligible = prices.map((most) =>
    [...prices.keys()].filter((model) => dearer || prices[model]! <= most),
  );
  return { ...table, policy: exploring(table.policy, { share, eligible }) };
}
