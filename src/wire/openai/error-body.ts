import type { Unknowns } from '../chat.js';
import type { WireFailure } from '../wire-failure.js';

const TYPES: Readonly<Record<number, string>> = {
  402: 'insufficient_quota',
  429: 'rate_limit_error',
};
const CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  402: 'budget_exceeded',
  404: 'model_not_found',
  408: 'timeout',
  413: 'request_too_large',
  429: 'rate_limit_exceeded',
  504: 'timeout',
};

export function errorBody({ status, message, code, param }: WireFailure): Unknowns {
  const type = TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return { error: { message, type, param: param ?? null, code: code ?? CODES[status] ?? null } };
}
