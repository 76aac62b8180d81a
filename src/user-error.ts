/**
 * Something the user can mend: bad input, a missing key, a locked file.
 * The command prints the message as one line, without a stack trace, and exits with `exitCode`.
 * Write messages that say what is wrong, where (file, line, path in the document) and how to mend it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** 2 for usage and configuration, 1 for anything else that failed. */
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 2;
  }
}
