import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { UserError } from '../user-error.js';
import { type Finding, schemaFindings } from './findings.js';
import { type DocumentPath, type Problem, parseYamlDocument, pathText } from './yaml-document.js';

/** Largest file that a person writes, in bytes. */
const MAX_BYTES = 1_000_000;

export interface DocumentKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** What an empty file lacks: `keys such as name and models`. */
  readonly keys: string;
  /** Checks across keys. They see the data as written, whatever its shape. */
  readonly check: (data: unknown) => readonly Finding[];
}

export type ReadDocument<Document> =
  | {
      readonly document: Document;
      /** What is found wrong with it later, as a problem at its place. */
      readonly problemAt: (path: DocumentPath, message: string) => Problem;
    }
  | { readonly problems: readonly Problem[] };

/**
 * Reads a YAML document and reports everything that is wrong with it at once, in its order.
 * @param name of the file, for problems
 */
export function readDocument<Schema extends z.ZodType>(
  text: string,
  name: string,
  { schema, keys, check }: DocumentKind<Schema>,
): ReadDocument<z.output<Schema>> {
  const { data, syntax, positionOf } = parseYamlDocument(text);
  const problems: Problem[] = syntax.map((one) => ({ file: name, ...one }));
  if (data === undefined || data === null) {
    if (problems.length === 0) {
      const message = `found an empty file, expected ${keys}`;
      problems.push({ file: name, line: 1, column: 1, path: '', message });
    }
    return { problems };
  }
  const located = ({ path, part, message }: Finding): Problem => ({
    file: name,
    ...positionOf(path, part),
    path: pathText(path),
    message,
  });
  const parsed = schema.safeParse(data);
  problems.push(
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues, data)).map(located),
    ...check(data).map(located),
  );
  if (!parsed.success || problems.length > 0) {
    return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  }
  return {
    document: parsed.data,
    problemAt: (path, message) => located({ path, part: 'value', message }),
  };
}

/**
 * The text of a file that a person writes.
 * @param kind names it in messages: `Experiment file`
 * @param tooLarge what to do about one that is too large
 * @throws UserError where it is missing, a folder, too large or no UTF-8 text
 */
export function readDocumentText(path: string, kind: string, tooLarge: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new UserError(`${kind} "${path}" cannot be read: ${reason}`, { cause: error });
  }
  if (bytes.length > MAX_BYTES) {
    throw new UserError(
      `${kind} "${path}" has ${bytes.length} bytes, expected at most ${MAX_BYTES}; ${tooLarge}`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(`${kind} "${path}" is not UTF-8 text`, { cause: error });
  }
}
