import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where they would lie: what `SWITCHYARD_DATA` names, else a folder beside the project's. */
export const recordedFolder =
  process.env.SWITCHYARD_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

/** Where the recorded outcomes of real models lie, or undefined: tests then skip visibly. */
export const recordedData: string | undefined = existsSync(recordedFolder)
  ? recordedFolder
  : undefined;

/** A path below the recorded data; only call it inside `describe.skipIf(!recordedData)`. */
export const recorded = (...parts: string[]): string => join(recordedFolder, ...parts);
