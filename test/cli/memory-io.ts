import type { Io } from '../../src/cli/io.js';

export interface MemoryIo extends Io {
  readonly outText: () => string;
  readonly errText: () => string;
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
}

/** The outside world in memory: what a command writes is kept, and its clock stands still. */
export function memoryIo(given: Partial<Io> = {}): MemoryIo {
  const written = { out: '', err: '' };
  let time = Date.UTC(2026, 0, 1);
  return {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: {},
    cwd: '/nowhere',
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    now: () => new Date(time),
    onInterrupt: () => () => {},
    exit: () => {},
    onCrash: () => {},
    ...given,
    outText: () => written.out,
    errText: () => written.err,
    pass: (ms) => {
      time += ms;
    },
  };
}
