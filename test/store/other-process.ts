import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface OtherProcess {
  readonly pid: number;
  /** Lines printed so far, grows. */
  readonly lines: readonly string[];
  /** Resolves once so many lines are printed. @throws if it ends before */
  printed(count: number): Promise<void>;
  kill(): Promise<void>;
}

/** Starts `holder.ts` on a store and returns once the store is open there. */
export const startHolder = (...parameters: readonly string[]): Promise<OtherProcess> =>
  startProcess('./holder.ts', ...parameters);

/** Starts a program of this folder and returns once it has printed a line. */
export async function startProcess(
  program: string,
  ...parameters: readonly string[]
): Promise<OtherProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL(program, import.meta.url)), ...parameters],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const lines: string[] = [];
  let rest = '';
  let wake = (): void => {};
  child.stdout?.on('data', (data: Buffer) => {
    const parts = (rest + data.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  const printed = async (count: number): Promise<void> => {
    while (lines.length < count) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([
        more,
        ended.then(() => {
          throw new Error('the other process ended early');
        }),
      ]);
    }
  };
  await printed(1);
  return {
    pid: child.pid ?? 0,
    lines,
    printed,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
