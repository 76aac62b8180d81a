import { defineCommand } from './command.js';
import { comparisonInput } from './comparison-input.js';
import { EXIT } from './io.js';
import { runNamed, withExistingStore } from './store-access.js';

export const compare = defineCommand({
  usage: 'compare <run>',
  summary:
    'Should you route, and how? Replays routing policies over a run: verdict, table, intervals',
  examples: [
    ['compare quickstart', ''],
    ['compare mmlu --margin 0.02 --all', 'Every dial point'],
  ],
  options: (program) =>
    program
      .positional('run', { type: 'string', demandOption: true, describe: 'Run id or name' })
      .option('routers', {
        type: 'string',
        array: true,
        describe:
          "Routers to try (default: the experiment's, or rules complexity cascade adaptive)",
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
      .option('bootstrap', {
        type: 'number',
        default: 2000,
        describe: 'Resamples for the intervals',
      })
      .option('failed', {
        choices: ['zero', 'exclude'] as const,
        default: 'zero' as const,
        describe: 'Failed answers score 0 (production fails too) or leave the comparison',
      })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: "Show every dial point, not just each router's chosen setting",
      }),
  run: (args, io) =>
    withExistingStore(args, io, async (store) => {
      const { seed } = await import('./arguments.js');
      seed('--seed', args.seed);
      seed('--split-seed', args.splitSeed);
      const { compare: compareRun } = await import('../evaluation/index.js');
      const { comparisonJson, comparisonText, jsonLine } = await import('../reports/index.js');
      const run = await runNamed(store, args.run);
      const input = await comparisonInput(store, run, args, io);
      const comparison = compareRun(input, (step) => {
        if (!args.quiet && io.errIsTerminal) io.err(`${step}\n`);
      });
      await store.evaluations.addEvaluation(comparison);
      io.out(
        args.json
          ? jsonLine(comparisonJson(comparison))
          : comparisonText(comparison, {
              color: args.color && io.outIsTerminal,
              all: args.all,
              columns: io.columns,
            }),
      );
      if (!args.json && !args.quiet) {
        io.err(`Next: switchyard export ${args.run} --policy ${comparison.verdict.policy}\n`);
      }
      return EXIT.done;
    }),
});
