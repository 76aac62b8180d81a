import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { Comparison } from '../evaluation/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';

/** The option of verbs that show a comparison. */
export const outputOption = {
  alias: 'o',
  type: 'string',
  array: true,
  nargs: 1,
  describe:
    'Write the report to a file as well, by its ending: json csv md parquet svg html (repeatable)',
} as const;

interface Output {
  /** As the user named it. */
  readonly shown: string;
  readonly path: string;
  readonly format: string;
}

/**
 * What `-o` names, looked at before anything is computed for it.
 * @throws UserError for an ending that no format has, or a folder
 */
export async function outputsOf(
  files: readonly string[] | undefined,
  io: Io,
): Promise<readonly Output[]> {
  if (files === undefined) return [];
  const { reportFormats } = await import('../reports/index.js');
  return Promise.all(
    files.map(async (shown) => {
      const format = extname(shown).slice(1).toLowerCase();
      if (!reportFormats.includes(format)) {
        throw new UserError(
          `--output is "${shown}": end its name in one of ${reportFormats.map((one) => `.${one}`).join(', ')}.`,
        );
      }
      const path = resolve(io.cwd, shown);
      const found = await stat(path).catch(() => null);
      if (found?.isDirectory() || /[\\/]$/.test(shown)) {
        throw new UserError(`--output is "${shown}", which is a folder: name a file in it.`);
      }
      return { shown, path, format };
    }),
  );
}

/**
 * Writes each, whole or not at all.
 * @throws UserError naming the file that cannot be written
 */
export async function writeOutputs(
  outputs: readonly Output[],
  comparison: Comparison,
  options: { readonly quiet: boolean },
  io: Io,
): Promise<void> {
  if (outputs.length === 0) return;
  const { reportFile } = await import('../reports/index.js');
  const { createTableWriter } = await import('../store/index.js');
  for (const { shown, path, format } of outputs) {
    const content = await reportFile(format, comparison, createTableWriter());
    try {
      await writeWhole(path, content);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(`Cannot write the report to "${shown}": ${reason}`, {
        cause,
        exitCode: 1,
      });
    }
    if (!options.quiet) io.err(`Wrote ${shown}\n`);
  }
}

/** Beside its place first, as a rename leaves nothing half-written. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** On stdout: one JSON object, or text for a person. */
export async function printComparison(
  comparison: Comparison,
  args: { readonly json: boolean; readonly color: boolean; readonly all: boolean },
  io: Io,
): Promise<void> {
  const { comparisonJson, comparisonText, jsonLine } = await import('../reports/index.js');
  const color = args.color && io.outIsTerminal;
  io.out(
    args.json
      ? jsonLine(comparisonJson(comparison))
      : comparisonText(comparison, { color, all: args.all, columns: io.columns }),
  );
}
