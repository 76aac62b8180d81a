import { cache } from './cache.js';
import { compare } from './compare.js';
import { estimate } from './estimate.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { init } from './init.js';
import type { ExitCode, Io } from './io.js';
import { list } from './list.js';
import { runProgram } from './program.js';
import { report } from './report.js';
import { route } from './route.js';
import { run } from './run.js';
import { serve } from './serve.js';
import { show } from './show.js';
import { simulate } from './simulate.js';
import { tune } from './tune.js';
import { validate } from './validate.js';

export { EXIT, type ExitCode, type Io, processIo } from './io.js';

/** Every verb, in the order in which help shows them. */
const commands = [
  init,
  validate,
  estimate,
  run,
  importCommand,
  compare,
  report,
  exportCommand,
  route,
  serve,
  cache,
  tune,
  simulate,
  list,
  show,
];

/** Runs a command line to its end and gives the exit code. */
export function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  return runProgram(commands, argv, io);
}
