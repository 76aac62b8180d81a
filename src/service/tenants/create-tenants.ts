import type { ServiceLedger } from '../ledger.js';
import type { TenantConfig } from '../service-config.js';
import type { Tenant, Tenants } from '../tenants.js';
import { createKeyRing } from './key-ring.js';
import { startOf } from './period-budget.js';
import { type SpentSoFar, TenantAccount } from './tenant-account.js';

/** Who everybody is where the configuration names no tenant. */
const ANYBODY: TenantConfig = {
  id: 'default',
  keyHashes: [],
  admin: true,
  dailyUsd: null,
  monthlyUsd: null,
  softShare: 1,
  requestsPerMinute: null,
  tokensPerMinute: null,
};

export interface TenantsOptions {
  /** Milliseconds since the epoch; decides which day and month it is. */
  readonly now: () => number;
  /** What earlier processes booked, by tenant; see `spentSoFar`. None where left out. */
  readonly spent?: ReadonlyMap<string, SpentSoFar>;
}

/** The tenants of a service, or one who needs no key where the configuration names none. */
export function createTenants(configs: readonly TenantConfig[], options: TenantsOptions): Tenants {
  const { now, spent = new Map<string, SpentSoFar>() } = options;
  const keyed = configs.length > 0;
  const known = keyed ? configs : [ANYBODY];
  const accounts = new Map(
    known.map((config) => {
      const before = spent.get(config.id) ?? { day: 0, month: 0 };
      return [config.id, new TenantAccount(config, before, now())];
    }),
  );
  const keys = createKeyRing(
    known.flatMap(({ id, admin, keyHashes }) => {
      const owner: Tenant = { id, admin };
      return keyHashes.map((hash) => ({ hash, owner }));
    }),
  );
  const anybody: Tenant | null = keyed ? null : { id: ANYBODY.id, admin: ANYBODY.admin };
  const accountOf = ({ id }: Tenant): TenantAccount => {
    const account = accounts.get(id);
    if (account === undefined)
      throw new TypeError(`Expected a tenant of this service, got "${id}"`);
    return account;
  };
  return {
    keyed,
    authenticate: (key) => anybody ?? (key === null ? null : keys.ownerOf(key)),
    reserve: (tenant, worst) => accountOf(tenant).reserve(worst, now()),
    admit: (tenant, tokens) => accountOf(tenant).admit(tokens, now()),
    warning: (tenant) => accountOf(tenant).warning(now()),
  };
}

/** What a ledger says that tenants with a cap have spent in the day and month around `now`. */
export async function spentSoFar(
  configs: readonly TenantConfig[],
  ledger: Pick<ServiceLedger, 'spent'>,
  now: number,
): Promise<ReadonlyMap<string, SpentSoFar>> {
  const capped = configs.filter(
    ({ dailyUsd, monthlyUsd }) => dailyUsd !== null || monthlyUsd !== null,
  );
  return new Map(
    await Promise.all(
      capped.map(async ({ id }) => {
        const [day, month] = await Promise.all([
          ledger.spent(id, startOf('day', now)),
          ledger.spent(id, startOf('month', now)),
        ]);
        return [id, { day, month }] as const;
      }),
    ),
  );
}
