import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
}

/** This program's version, from its own package.json; recorded with every run and table. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
).version;
