import { Refusal } from '../refusal.js';
import { tenantOf } from './admission.js';
import type { Exchange } from './exchange.js';

/**
 * Whose figures a request may see: an administrator everybody's or those of the tenant it names,
 * anyone else its own. Undefined means everybody's.
 * @throws Refusal 403 for another tenant's
 */
export function visibleTenant(exchange: Exchange, asked: string | undefined): string | undefined {
  const { id, admin } = tenantOf(exchange);
  if (admin) return asked;
  if (asked === undefined || asked === id) return id;
  throw new Refusal('forbidden', {
    status: 403,
    message: 'tenant: only an administrator sees what another tenant does.',
    code: 'admin_only',
  });
}
