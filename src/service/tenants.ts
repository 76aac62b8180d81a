import type { NanoUsd, Reservation } from '../costs/index.js';

/** Whoever pays for some requests. */
export interface Tenant {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** Sees everybody's costs. */
  readonly admin: boolean;
}

/** What a tenant may still do. */
export interface TenantGate {
  /**
   * Sets the worst case aside, under the tenant's day and month alike.
   * @throws BudgetReached where it does not fit under a cap; nothing is reserved then
   */
  reserve(tenant: Tenant, worst: NanoUsd): Reservation;
  /** Milliseconds until the tenant may ask again; 0 takes a request and its tokens off its rates. */
  admit(tenant: Tenant, tokens: number): number;
  /** A sentence where the tenant has passed the soft share of a budget; null else. */
  warning(tenant: Tenant): string | null;
}

/** Who may use the service. */
export interface Tenants extends TenantGate {
  /** False where the configuration names no tenant: then every caller is one, and needs no key. */
  readonly keyed: boolean;
  /** Null for a key that is nobody's, or none where one is needed. Takes the same time for any wrong key. */
  authenticate(key: string | null): Tenant | null;
}
