import { randomBytes } from 'node:crypto';
import { sha256 } from '../hash.js';
import { TENANT_ID, TENANT_ID_EXPECTED } from '../service/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';

const KEY_BYTES = 32;

/**
 * Prints a key that is kept nowhere, and what the configuration holds of it.
 * @throws UserError for a name that no tenant can have
 */
export function printNewKey(tenant: string, args: { readonly json: boolean }, io: Io): void {
  if (!TENANT_ID.test(tenant)) {
    throw new UserError(`--new-key is ${JSON.stringify(tenant)}: give ${TENANT_ID_EXPECTED}.`);
  }
  const key = `sy-${randomBytes(KEY_BYTES).toString('base64url')}`;
  const hash = sha256(key);
  if (args.json) {
    io.out(`${JSON.stringify({ tenant, key, sha256: hash })}\n`);
    return;
  }
  io.out(`Key of "${tenant}", shown this once:

${key}

Its lines in the configuration file, which holds only its hash:

tenants:
  - id: ${tenant}
    key_sha256: ${hash}
`);
}
