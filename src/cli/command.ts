import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { GlobalOptions } from './global-options.js';
import type { ExitCode, Io } from './io.js';

/** A verb: how it is called, and what it does. */
export interface Command<Options> {
  /** As yargs reads it: `run <experiment>`. */
  readonly usage: string;
  readonly summary: string;
  /** Command line and what it does, shown by `--help`. */
  readonly examples: readonly (readonly [string, string])[];
  readonly options: (program: Argv<GlobalOptions>) => Argv<GlobalOptions & Options>;
  /** Heavy modules are imported in here, so that `--help` stays quick. */
  readonly run: (args: ArgumentsCamelCase<GlobalOptions & Options>, io: Io) => Promise<ExitCode>;
}

/** A command that is ready to be added to the program. */
export type Registration = (
  program: Argv<GlobalOptions>,
  io: Io,
  end: (code: ExitCode) => void,
) => Argv<GlobalOptions>;

/** Ties a command's options to what it does, so that the two cannot disagree on types. */
export function defineCommand<Options>(command: Command<Options>): Registration {
  return (program, io, end) =>
    program.command({
      command: command.usage,
      describe: command.summary,
      builder: (local: Argv<GlobalOptions>) =>
        command.examples.reduce(
          (described, [line, text]) => described.example(`switchyard ${line}`, text),
          command.options(local),
        ),
      handler: async (args: ArgumentsCamelCase<GlobalOptions & Options>) => {
        end(await command.run(args, io));
      },
    });
}
