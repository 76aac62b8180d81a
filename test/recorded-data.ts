import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder =
  process.env.SWITCHYARD_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

/** Where the recorded outcomes of real models lie, or undefined: tests then skip visibly. */
export const recordedData: string | undefined = existsSync(folder) ? folder : undefined;

/** A path below the recorded data; only call it inside `describe.skipIf(!recordedData)`. */
export const recorded = (...parts: string[]): string => join(folder, ...parts);
