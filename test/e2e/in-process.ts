import { main } from '../../src/cli/index.js';
import { memoryIo } from '../cli/memory-io.js';
import type { Ended } from './command.js';

/** Runs a command line in this process: for mistakes, of which there are many, without a start for each. */
export async function inProcess(args: readonly string[], cwd: string): Promise<Ended> {
  const io = memoryIo({ cwd });
  const code = await main(args, io);
  return { code, out: io.outText(), err: io.errText() };
}
