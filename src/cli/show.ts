import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { comparisonHint } from './next-step.js';
import { runNamed, withExistingStore } from './store-access.js';

export const show = defineCommand({
  usage: 'show <run>',
  summary: 'Show one run: its models, cells, scores and spend',
  examples: [['show quickstart', 'The latest run of that name']],
  options: (program) =>
    program.positional('run', { type: 'string', demandOption: true, describe: 'Run id or name' }),
  run: (args, io) =>
    withExistingStore(args, io, async (store) => {
      const { summarizeRun } = await import('../experiments/index.js');
      const { jsonLine, runSummaryJson, runSummaryText } = await import('../reports/index.js');
      const summary = await summarizeRun(store.runs, await runNamed(store, args.run));
      io.out(
        args.json
          ? jsonLine(runSummaryJson(summary))
          : runSummaryText(summary, { color: args.color && io.outIsTerminal }),
      );
      if (!args.json && !args.quiet) io.err(comparisonHint(summary, summary.run.name) ?? '');
      return EXIT.done;
    }),
});
