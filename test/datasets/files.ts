import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { UserError } from '../../src/user-error.js';

/** A folder of its own for the calling test file, removed at its end. */
export function temporaryFolder(): {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
} {
  const path = mkdtempSync(join(tmpdir(), 'switchyard-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** The lines of the UserError that a promise rejects with, without the folder. */
export async function problemLines(promise: Promise<unknown>, folder: string): Promise<string[]> {
  const cause = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(cause instanceof UserError)) throw new Error(`Expected a UserError, got ${String(cause)}`);
  return cause.message.replaceAll(`${folder}/`, '').split('\n');
}
