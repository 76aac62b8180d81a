import type { ServiceConfig } from '../service-config.js';

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 8787;
export const DEFAULT_LEDGER = 'results/service.duckdb';
export const DEFAULT_SOFT_SHARE = 0.8;

export const DEFAULT_CACHE: ServiceConfig['cache'] = {
  enabled: true,
  ttlSeconds: 3600,
  maxEntries: 10_000,
  maxMegabytes: 256,
};

export const DEFAULT_LIMITS: ServiceConfig['limits'] = {
  bodyBytes: 10_000_000,
  messages: 2000,
  defaultMaxTokens: 4096,
  maxTokens: 32_000,
  requestMs: 30_000,
  attempts: 2,
};
