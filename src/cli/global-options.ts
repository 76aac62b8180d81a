import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Argv } from 'yargs';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Options of every verb. A `SWITCHYARD_…` variable gives the default that a flag overrides. */
export function withGlobalOptions(program: Argv, env: Io['env']) {
  return program
    .option('db', {
      type: 'string',
      default: env.SWITCHYARD_DB || 'results/switchyard.duckdb',
      requiresArg: true,
      describe: 'The store (a DuckDB file)',
    })
    .option('json', {
      type: 'boolean',
      default: env.SWITCHYARD_JSON === '1',
      describe: 'Print one JSON object instead of text',
    })
    .option('quiet', {
      type: 'boolean',
      alias: 'q',
      default: env.SWITCHYARD_QUIET === '1',
      describe: 'No progress, hints or warnings; errors only',
    })
    .option('color', {
      type: 'boolean',
      default: !env.NO_COLOR,
      describe: 'Colour in a terminal (--no-color or NO_COLOR to turn off)',
    })
    .option('log-level', {
      choices: LOG_LEVELS,
      default: logLevelOf(env.SWITCHYARD_LOG_LEVEL),
      requiresArg: true,
      describe:
        'How much to say on stderr: warn leaves out progress and hints, error warnings too, debug adds retries',
    })
    .option('env-file', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Read environment variables from a file (repeatable); set ones win',
    });
}

/** What yargs parses of them. */
export type GlobalOptions =
  ReturnType<typeof withGlobalOptions> extends Argv<infer Options> ? Options : never;

function logLevelOf(text: string | undefined): LogLevel {
  if (text === undefined || text === '') return 'info';
  const known = LOG_LEVELS.find((level) => level === text);
  if (known !== undefined) return known;
  throw new UserError(`SWITCHYARD_LOG_LEVEL is "${text}": choose from ${LOG_LEVELS.join(', ')}.`);
}

/** The files that `--env-file` names; read before the rest, as they may hold defaults of other flags. */
export function envFilesOf(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    if (word === '--env-file') return argv[index + 1] ?? [];
    return word.startsWith('--env-file=') ? word.slice('--env-file='.length) : [];
  });
}

/** The environment with the files of `--env-file` below it. @throws UserError for a file that cannot be read */
export function environment(
  options: { readonly envFile: string[] | undefined },
  io: Io,
): Io['env'] {
  const fromFiles = (options.envFile ?? []).map((file) => {
    try {
      return parseEnv(readFileSync(resolve(io.cwd, file), 'utf8'));
    } catch (cause) {
      throw new UserError(`Cannot read the environment file "${file}": check its path.`, { cause });
    }
  });
  return Object.assign({}, ...fromFiles, io.env) as Io['env'];
}
