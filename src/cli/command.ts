import type { ArgumentsCamelCase, Argv } from 'yargs';
import { checkValues } from './arguments.js';
import type { GlobalOptions } from './global-options.js';
import type { ExitCode, Io } from './io.js';

/** A verb: how it is called, and what it does. */
export interface Command<Options> {
  /** As yargs reads it: `run <experiment>`. */
  readonly usage: string;
  readonly summary: string;
  /** Command line and what it does, shown by `--help`. */
  readonly examples: readonly (readonly [string, string])[];
  /** Its own flags that may be given more than once, by all their names. */
  readonly repeatable?: readonly string[];
  readonly options: (program: Argv<GlobalOptions>, env: Io['env']) => Argv<GlobalOptions & Options>;
  /** Heavy modules are imported in here, so that `--help` stays quick. */
  readonly run: (args: ArgumentsCamelCase<GlobalOptions & Options>, io: Io) => Promise<ExitCode>;
}

/** A command that is ready to be added to the program. */
export interface Registration {
  /** As in `Command`. */
  readonly usage: string;
  readonly register: (
    program: Argv<GlobalOptions>,
    io: Io,
    end: (code: ExitCode) => void,
  ) => Argv<GlobalOptions>;
}

/** Flags that may be given more than once in any verb that has them. */
const LISTS = ['env-file', 'routers', 'dataset'];

/** Ties a command's options to what it does, so that the two cannot disagree on types. */
export function defineCommand<Options>(command: Command<Options>): Registration {
  return {
    usage: command.usage,
    register: (program, io, end) =>
      program.command({
        command: command.usage,
        describe: command.summary,
        builder: (local: Argv<GlobalOptions>) =>
          command.examples.reduce(
            (described, [line, text]) => described.example(`switchyard ${line}`, text),
            command.options(local, io.env),
          ),
        handler: async (args: ArgumentsCamelCase<GlobalOptions & Options>) => {
          checkValues(args, new Set([...LISTS, ...(command.repeatable ?? [])]));
          // Below `info` there is neither progress nor a hint, which is what --quiet asks for too.
          const quiet = args.quiet || args.logLevel === 'error' || args.logLevel === 'warn';
          // Quiet leaves out warnings as well, but not what debug asks for by name.
          const logLevel = args.quiet && args.logLevel !== 'debug' ? 'error' : args.logLevel;
          end(await command.run({ ...args, quiet, logLevel }, io));
        },
      }),
  };
}
