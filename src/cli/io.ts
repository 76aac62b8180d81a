/** The outside world as a command sees it; tests hand in their own. */
export interface Io {
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress, warnings and errors. */
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal in columns. */
  readonly columns: number;
  readonly now: () => Date;
  /** Calls back at each Ctrl-C (or SIGTERM) until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Ends the process at once, whatever is still open: for whoever asks a second time. */
  readonly exit: (code: ExitCode) => void;
  /** Hands over an error that nothing caught, in place of the trace that would end the process. */
  readonly onCrash: (listener: (error: unknown) => void) => void;
}

/** The process's own streams, environment and signals. */
export function processIo(): Io {
  tolerateClosing(process.stdout);
  tolerateClosing(process.stderr);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns:
      process.stdout.columns ?? process.stderr.columns ?? (Number(process.env.COLUMNS) || 120),
    now: () => new Date(),
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
    onCrash: (listener) => {
      // Promises that nobody awaits end up here as well.
      process.on('uncaughtException', listener);
    },
  };
}

/** A reader that left early (`| head`) is no error; a disk that is full is one, told in one line. */
function tolerateClosing(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.once('exit', () => {
      process.exitCode = EXIT.failed;
    });
    if (stream === process.stdout) {
      process.stderr.write(`switchyard: the output cannot be written: ${error.message}\n`);
    }
  });
}

/** What a command's exit code says. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  thresholdNotMet: 3,
  budgetReached: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
