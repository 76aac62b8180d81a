import { stat } from 'node:fs/promises';
import { hashPrompts, quote } from '../../datasets/index.js';
import { didYouMean } from '../../did-you-mean.js';
import { UserError } from '../../user-error.js';
import type { ImportedRun, ImportFormat, ImportOptions } from './imported-run.js';
import { longFormat } from './long-format.js';
import { routellm } from './routellm.js';
import { routerbench } from './routerbench.js';
import { service } from './service.js';

/** Every kind of recorded data that can be imported. */
export const importFormats: readonly ImportFormat[] = [routellm, routerbench, longFormat, service];

/**
 * Reads recorded outcomes of real models.
 * @param path a file or a folder, as the format says
 * @throws UserError: unknown format, missing path, or what is wrong inside, one line a problem
 */
export async function importOutcomes(
  format: string,
  path: string,
  options: ImportOptions,
): Promise<ImportedRun> {
  const names = importFormats.map(({ name }) => name);
  const found = importFormats.find(({ name }) => name === format);
  if (found === undefined) {
    throw new UserError(
      `unknown import format ${quote(format)}${didYouMean(format, names)}; known are ${names.join(', ')}`,
    );
  }
  const decontaminate = options.decontaminate ?? false;
  if (decontaminate && !found.hasContaminationList) {
    throw new UserError(
      `the format "${format}" has no list of contaminated prompts to drop; leave \`decontaminate\` out`,
    );
  }
  if ((await stat(path).catch(() => null)) === null) {
    const origin = found.origin === null ? '' : `; the data is public: ${found.origin}`;
    throw new UserError(`${path}: no such file or folder${origin}`);
  }
  const imported = await found.read(path, options);
  const priced = imported.cells.filter(({ cost }) => cost !== null).length;
  const unpriced = imported.cells.length - priced;
  const unscored = imported.cells.filter(({ score }) => score === null).length;
  const count = (n: number) => `${n} of ${imported.cells.length} outcomes`;
  return {
    ...imported,
    source: { format, path, decontaminate },
    costBasis: priced > 0 ? 'usd' : 'call_share',
    dataHash: hashPrompts(imported.prompts),
    notes: [
      ...imported.notes,
      ...(unscored > 0 ? [`${count(unscored)} have no score; they are unscored, not wrong`] : []),
      ...(priced > 0 && unpriced > 0
        ? [`${count(unpriced)} have no cost; it is unknown, not 0`]
        : []),
    ],
  };
}
