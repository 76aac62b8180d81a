import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { RoutingTable } from '../tables/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';
import { loadRouterFile } from './router-file.js';

/**
 * Reads a routing table, and the router file it names: that must be the very file it was fitted with.
 * @param shown path of the table as the user gave it
 * @throws UserError
 */
export async function readRoutingTable(shown: string, io: Pick<Io, 'cwd'>): Promise<RoutingTable> {
  const { parseRoutingTable, routerFileOf } = await import('../tables/index.js');
  const path = resolve(io.cwd, shown);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(
      `Cannot read the routing table "${shown}": write one with "switchyard export".`,
      { cause },
    );
  });
  const file = routerFileOf(text, shown);
  if (file == null) return parseRoutingTable(text, shown);
  const { sha256 } = await import('../hash.js');
  const routerPath = resolve(dirname(path), file.path);
  const content = await readFile(routerPath).catch((cause: unknown) => {
    throw new UserError(
      `${shown}: its router file "${file.path}" cannot be read: put it there, relative to the table, or export the table again.`,
      { cause },
    );
  });
  // Looked at before it is loaded, as loading it runs it.
  if (sha256(content) !== file.sha256) {
    throw new UserError(
      `${shown}: its router file "${file.path}" is not the one the table was fitted with (sha256 ${sha256(content).slice(0, 12)}…, expected ${file.sha256.slice(0, 12)}…): bring that one back, or compare and export again.`,
    );
  }
  const { router } = await loadRouterFile(routerPath, file.path);
  return parseRoutingTable(text, shown, router);
}
