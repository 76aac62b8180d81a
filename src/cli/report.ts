import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { outputOption, outputsOf, printComparison, writeOutputs } from './output.js';
import { runNamed, withExistingStore } from './store-access.js';

export const report = defineCommand({
  usage: 'report <run>',
  summary:
    'Show the latest comparison of a run again, in any format, without reading its test part',
  examples: [
    ['report quickstart', ''],
    ['report quickstart -o report.html', 'One page that opens offline'],
    ['report mmlu -o mmlu.md -o mmlu.parquet --quiet', 'Several at once'],
  ],
  repeatable: ['output', 'o'],
  options: (program) =>
    program
      .positional('run', { type: 'string', demandOption: true, describe: 'Run id or name' })
      .option('output', outputOption)
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every dial point and every detail',
      }),
  run: (args, io) =>
    withExistingStore(args, io, async (store) => {
      const outputs = await outputsOf(args.output, io);
      const run = await runNamed(store, args.run);
      const comparison = await store.evaluations.latestEvaluation(run.id);
      if (comparison === null) {
        throw new UserError(
          `The run "${args.run}" was not compared yet, so there is nothing to report: switchyard compare ${args.run}`,
        );
      }
      await writeOutputs(outputs, comparison, args, io);
      await printComparison(comparison, args, io);
      if (!args.json && !args.quiet) {
        io.err(
          outputs.length === 0
            ? `Next: switchyard report ${args.run} -o report.html\n`
            : `Next: switchyard export ${args.run} --policy ${comparison.verdict.policy}\n`,
        );
      }
      return EXIT.done;
    }),
});
