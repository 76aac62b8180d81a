import { randomBytes } from 'node:crypto';
import { sha256 } from '../hash.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';

const KEY_BYTES = 32;

/**
 * Prints a key that is kept nowhere, and what the configuration holds of it.
 * @throws UserError for a name that no tenant can have
 */
export function printNewKey(tenant: string, args: { readonly json: boolean }, io: Io): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(tenant)) {
    throw new UserError(
      `--new-key is ${JSON.stringify(tenant)}: give a name of letters, digits, ".", "_" and "-", at most 64.`,
    );
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
