export type { ServiceLedger } from './ledger.js';
export type { Cause, LedgerEntry, LoggedStep, Operation, RoutingLog } from './operation.js';
export type {
  Gateway,
  ReplyHead,
  ServiceFailure,
  ServiceReply,
  ServiceRequest,
} from './pipeline.js';
export type { ServedModel, ServiceConfig, TenantConfig } from './service-config.js';
export { createTenants, spentSoFar, type TenantsOptions } from './tenants/create-tenants.js';
export { TenantBudgetReached } from './tenants/period-budget.js';
export type { SpentSoFar } from './tenants/tenant-account.js';
export type { Tenant, TenantGate, Tenants } from './tenants.js';
