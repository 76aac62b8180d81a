import { resolve } from 'node:path';
import { UserError } from '../user-error.js';

/**
 * The absolute path of a local file.
 * @throws UserError for an address such as `s3://…`, as nothing here reads over a network
 */
export function localPath(path: string, what: string): string {
  if (path === '' || path === ':memory:' || path.includes('\0')) {
    throw new UserError(
      `Expected ${what} to be the path of a local file, got "${path.replaceAll('\0', '\\0')}"`,
    );
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new UserError(
      `Expected ${what} to be the path of a local file, got "${path}": download it first`,
    );
  }
  return resolve(path);
}
