import { resolve } from 'node:path';
import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { comparisonHint } from './next-step.js';
import { withStore } from './store-access.js';

export const importCommand = defineCommand({
  usage: 'import <format> <path>',
  summary:
    'Bring in recorded outcomes: routellm, routerbench, the long format "outcomes", or what "serve" noted',
  examples: [
    ['import routerbench data/routerbench --name rb', 'A folder of RouterBench CSV files'],
    [
      'import routellm data/routellm/mmlu --name mmlu --decontaminate',
      'MMLU as RouteLLM scores it',
    ],
    ['import outcomes measured.csv --name mine', 'prompt_id, prompt, model, score, cost_usd, …'],
    ['import service results/service-snapshots --name served', 'Snapshots of the cost service'],
  ],
  options: (program) =>
    program
      .positional('format', {
        type: 'string',
        demandOption: true,
        describe: 'routellm | routerbench | outcomes | service',
      })
      .positional('path', { type: 'string', demandOption: true, describe: 'A file or a folder' })
      .option('name', {
        type: 'string',
        demandOption: true,
        describe: 'What to call the run; the latest import of a name wins',
      })
      .option('decontaminate', {
        type: 'boolean',
        default: false,
        describe: "Drop the prompts that the data's authors list as contaminated",
      }),
  run: async (args, io) => {
    if (args.name.trim() === '') throw new UserError('--name is empty: give the run a name.');
    const { createTableReader } = await import('../store/index.js');
    const { importOutcomes, toRun } = await import('../outcomes/index.js');
    const { version } = await import('../version.js');
    const imported = await importOutcomes(args.format, resolve(io.cwd, args.path), {
      reader: createTableReader(),
      decontaminate: args.decontaminate,
    });
    return withStore(args, io, async (store) => {
      const { summarizeRun } = await import('../experiments/index.js');
      const { jsonLine, runSummaryJson, runSummaryText } = await import('../reports/index.js');
      const rows = toRun(imported, {
        name: args.name,
        now: io.now().toISOString(),
        codeVersion: version,
      });
      const known = await store.runs.findRun(rows.run.id);
      if (known === null) {
        await store.runs.importRun(rows.run, rows.prompts, rows.outcomes, rows.scores, rows.usage);
      }
      const summary = await summarizeRun(store.runs, known ?? rows.run);
      if (!args.quiet) {
        if (known !== null)
          io.err(`The same data is already here as ${known.id}; nothing was added.\n`);
        for (const note of imported.notes) io.err(`note: ${note}\n`);
      }
      io.out(
        args.json
          ? jsonLine({ ...runSummaryJson(summary), notes: imported.notes })
          : runSummaryText(summary, { color: args.color && io.outIsTerminal }),
      );
      if (!args.json && !args.quiet) {
        io.err(comparisonHint(summary, args.name) ?? `Next: switchyard show ${args.name}\n`);
      }
      return EXIT.done;
    });
  },
});
