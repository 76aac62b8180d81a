import type { Argv } from 'yargs';
import type { GlobalOptions } from './global-options.js';

/** Options that `compare` and `export` share: both must see the same comparison. */
export function comparisonOptions(program: Argv<GlobalOptions>) {
  return program
    .positional('run', { type: 'string', demandOption: true, describe: 'Run id or name' })
    .option('routers', {
      type: 'string',
      array: true,
      describe: "Routers to try (default: the experiment's, or rules complexity cascade adaptive)",
    })
    .option('margin', {
      type: 'number',
      describe: 'Quality drop that still counts as equal (default 0.01)',
    })
    .option('seed', {
      type: 'number',
      describe: "Seed of fitting and resampling (default: the run's)",
    })
    .option('split-seed', {
      type: 'number',
      describe: 'Seed of the fit/tune/test split (default 1)',
    })
    .option('bootstrap', { type: 'number', default: 2000, describe: 'Resamples for the intervals' })
    .option('failed', {
      choices: ['zero', 'exclude'] as const,
      default: 'zero' as const,
      describe: 'Failed answers score 0 (production fails too) or leave the comparison',
    });
}
