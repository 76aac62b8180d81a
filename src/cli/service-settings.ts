import { resolve } from 'node:path';
import { createCatalogue } from '../costs/index.js';
import { defaultServiceConfig, loadServiceConfig, type ServiceSettings } from '../service/index.js';
import { environment } from './global-options.js';
import type { Io } from './io.js';
import { readRoutingTable } from './table-file.js';

export interface ServiceArguments {
  readonly config?: string | undefined;
  readonly table?: string | undefined;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly envFile: string[] | undefined;
}

/**
 * What is to be served: flags over the configuration file over the defaults.
 * @throws UserError with everything that is wrong with the file and its routing table
 */
export async function serviceSettings(args: ServiceArguments, io: Io): Promise<ServiceSettings> {
  const { config, table, port, host } = args;
  const asOf = io.now().toISOString().slice(0, 10);
  const options = {
    env: environment(args, io),
    cwd: io.cwd,
    catalogue: await createCatalogue({ asOf }),
    asOf,
    readTable: (path: string) => readRoutingTable(path, io),
    given: { table, port, host },
  };
  return config === undefined
    ? defaultServiceConfig(options)
    : loadServiceConfig(resolve(io.cwd, config), options);
}
