import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import type { Run } from '../outcomes/index.js';
import type { Store } from '../store/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';

/** Opens the store for the length of `use`, and closes it whatever happens. */
export async function withStore<Result>(
  options: { readonly db: string },
  io: Io,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { openStore } = await import('../store/index.js');
  const store = await openStore(resolve(io.cwd, options.db));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Like `withStore`, for verbs about runs that are there: a store that does not exist is a user's mistake, not a new file. */
export async function withExistingStore<Result>(
  options: { readonly db: string },
  io: Io,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(resolve(io.cwd, options.db))) {
    throw new UserError(
      `There is no store at "${options.db}" yet: measure with "switchyard run", bring data in with "switchyard import", or name another with --db.`,
    );
  }
  return withStore(options, io, use);
}

/** @throws UserError with the names that there are */
export async function runNamed(store: Store, idOrName: string): Promise<Run> {
  const run = await store.runs.findRun(idOrName);
  if (run !== null) return run;
  const names = [...new Set((await store.runs.listRuns()).map(({ name }) => name))];
  const hint =
    names.length === 0
      ? 'the store is empty: start with "switchyard run" or "switchyard import"'
      : `"switchyard list" shows those that are`;
  throw new UserError(
    `There is no run "${idOrName}" in this store${didYouMean(idOrName, names)}: ${hint}.`,
  );
}
