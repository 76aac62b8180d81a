import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { withExistingStore } from './store-access.js';

export const list = defineCommand({
  usage: 'list',
  summary: 'List the runs in the store, newest first',
  examples: [['list --json', 'For scripts']],
  options: (program) => program,
  run: (args, io) =>
    withExistingStore(args, io, async (store) => {
      const { jsonLine, runListJson, runListText } = await import('../reports/index.js');
      const runs = await store.runs.listRuns();
      io.out(args.json ? jsonLine(runListJson(runs)) : runListText(runs));
      if (!args.json && !args.quiet && runs[0]) io.err(`Next: switchyard show ${runs[0].name}\n`);
      return EXIT.done;
    }),
});
