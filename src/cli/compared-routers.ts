import { basename, resolve } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import type { CompareInput } from '../evaluation/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';
import { isRouterFile, loadRouterFile } from './router-file.js';

/** A router as an experiment names it: by its id, or by the file it is in. */
export interface NamedRouter {
  readonly id: string;
  /** Absolute; absent for routers of the program's own. */
  readonly file?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ComparedRouters {
  readonly routers: CompareInput['routers'];
  readonly routerFiles: NonNullable<CompareInput['routerFiles']>;
}

/**
 * Finds the routers to compare, those in a user's files too.
 * @param asked ids, and paths relative to the working folder; undefined for the experiment's own
 * @param experiment what the experiment names, which also gives settings to those that are asked for; undefined where there is none
 * @throws UserError for an unknown id, or a file that holds no router
 */
export async function comparedRouters(
  asked: readonly string[] | undefined,
  experiment: readonly NamedRouter[] | undefined,
  io: Pick<Io, 'cwd'>,
): Promise<ComparedRouters> {
  const {
    checkSettings,
    defaultRouterIds,
    routers: registry,
  } = await import('../routers/index.js');
  const wanted: readonly NamedRouter[] =
    asked?.map((reference) => named(reference, experiment ?? [], io)) ??
    experiment ??
    defaultRouterIds.map((id) => ({ id, settings: {} }));
  const routers: CompareInput['routers'][number][] = [];
  const routerFiles: NonNullable<CompareInput['routerFiles']>[number][] = [];
  for (const { id, file, settings } of wanted) {
    if (file === undefined) {
      const router = registry.get(id);
      if (router === undefined) {
        throw new UserError(
          `There is no router "${id}"${didYouMean(id, registry.keys())}: choose from ${[...registry.keys()].join(', ')}, or give the path of a router file.`,
        );
      }
      checkSettings(router, settings);
      routers.push({ router, settings });
      continue;
    }
    const { router, path, sha256 } = await loadRouterFile(file, id);
    const twice = routers.some((other) => other.router.id === router.id);
    if (twice) {
      throw new UserError(
        `The router file "${id}": \`id\` is "${router.id}", as in a file before it: choose another`,
      );
    }
    // Without a schema its settings are for its own `fit` to check.
    if (router.settings !== undefined) checkSettings(router, settings);
    routers.push({ router, settings });
    routerFiles.push({ router: router.id, path, sha256 });
  }
  return { routers, routerFiles };
}

/**
 * The routers that a stored comparison fitted, for fitting them again.
 * @throws UserError where a router file is not what it was
 */
export async function routersAsCompared(
  {
    routers: ids,
    routerFiles,
  }: Pick<CompareInput, 'routerFiles'> & { readonly routers?: readonly string[] },
  experiment: readonly NamedRouter[] | undefined,
  io: Pick<Io, 'cwd'>,
): Promise<ComparedRouters> {
  const files = new Map(routerFiles?.map((one) => [one.router, one]));
  const found = await comparedRouters(
    ids?.map((id) => files.get(id)?.path ?? id),
    experiment,
    io,
  );
  for (const { router, path, sha256 } of found.routerFiles) {
    const then = files.get(router);
    if (then?.sha256 !== sha256) {
      throw new UserError(
        `The router file "${basename(path)}" has changed since the comparison, so "${router}" would not be what was compared: run switchyard compare again.`,
      );
    }
  }
  return found;
}

/** A router named by a flag keeps the settings that the experiment gives it. */
function named(
  reference: string,
  experiment: readonly NamedRouter[],
  io: Pick<Io, 'cwd'>,
): NamedRouter {
  if (!isRouterFile(reference)) {
    const settings = experiment.find(({ id, file }) => file === undefined && id === reference);
    return { id: reference, settings: settings?.settings ?? {} };
  }
  const file = resolve(io.cwd, reference);
  const settings = experiment.find((entry) => entry.file === file)?.settings ?? {};
  return { id: reference, file, settings };
}
