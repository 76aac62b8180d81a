import { readFileSync } from 'node:fs';
import { type CommandOptions, type Ended, ended, start } from '../e2e/command.js';

export interface Measured extends Ended {
  readonly seconds: number;
  /** Highest resident set, in MiB; null where /proc does not tell. */
  readonly peakMib: number | null;
}

/** Runs the built command and measures wall time and peak memory from outside. */
export async function measured(
  args: readonly string[],
  options: CommandOptions,
): Promise<Measured> {
  const began = performance.now();
  const child = start(args, options);
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // Not Linux, or already gone: what was seen so far stands.
    }
  }, 50);
  const end = await ended(child);
  clearInterval(watch);
  return {
    ...end,
    seconds: (performance.now() - began) / 1000,
    peakMib: peak === 0 ? null : Math.round(peak / 1024),
  };
}
