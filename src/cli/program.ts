import yargs, { type Argv } from 'yargs';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import type { Registration } from './command.js';
import {
  envFilesOf,
  environment,
  type GlobalOptions,
  withGlobalOptions,
} from './global-options.js';
import { EXIT, type ExitCode, type Io } from './io.js';

class UsageError extends Error {}

/**
 * Parses a command line and runs the verb it names.
 * @returns the exit code; the caller sets it, so that pending output still gets out
 */
export async function runProgram(
  commands: readonly Registration[],
  argv: readonly string[],
  outside: Io,
): Promise<ExitCode> {
  try {
    const env = environment({ envFile: envFilesOf(argv) }, outside);
    return await parseAndRun(commands, argv, { ...outside, env });
  } catch (error) {
    return reportFailure(error, commands, argv, outside);
  }
}

async function parseAndRun(
  commands: readonly Registration[],
  argv: readonly string[],
  io: Io,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const end = (ended: ExitCode) => {
    code = ended;
  };
  const base = yargs()
    .scriptName('switchyard')
    .usage('$0 <verb>\n\nWhich model should answer which prompt, and can you prove it?')
    .version(version)
    .help()
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Name a verb.')
    .wrap(Math.min(100, io.columns))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    });
  const program = commands.reduce<Argv<GlobalOptions>>(
    (built, { register }) => register(built, io, end),
    withGlobalOptions(base, io.env),
  );
  program
    .completion('completion', 'Print a completion script for bash or zsh')
    .epilogue('Set-up, experiment files and the store are explained in README.md.');
  await program.parseAsync([...argv], {}, (_error, _args, output) => {
    if (output) io.out(`${output}\n`);
  });
  return code;
}

/** User mistakes get one line; anything else is our mistake and shows its trace. */
function reportFailure(
  error: unknown,
  commands: readonly Registration[],
  argv: readonly string[],
  io: Io,
): ExitCode {
  if (error instanceof UserError) {
    io.err(`switchyard: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof UsageError || (error instanceof Error && error.name === 'YError')) {
    const usages = new Map(commands.map(({ usage }) => [usage.split(' ')[0], usage]));
    const known = argv.find((word) => usages.has(word));
    const verb = known ?? argv.find((word) => !word.startsWith('-'));
    const message = error.message
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/^Did you mean (.*)\?$/, `there is no verb "${verb}": did you mean "$1"?`)
      .replace(
        /^Not enough non-option arguments: .*$/,
        `it is called as "switchyard ${usages.get(known)}"`,
      )
      .replace(/^Not enough arguments following: (.*)$/, '--$1 needs a value')
      .replace(/^Missing required arguments?: (.*)$/, '--$1 must be given')
      .replace(
        /^Unknown argument: (.*)$/,
        known === undefined ? 'there is no verb "$1"' : 'unknown argument "$1"',
      )
      .replace(
        /^Invalid values: Argument: (.*), Given: (.*), Choices: (.*)$/,
        '--$1 is $2: choose from $3',
      );
    io.err(
      `switchyard: ${message} (see: switchyard ${known === undefined ? '' : `${known} `}--help)\n`,
    );
    return EXIT.usage;
  }
  io.err(
    `switchyard: this is a fault of the program: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.failed;
}
