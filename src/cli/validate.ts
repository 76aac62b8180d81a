import { defineCommand } from './command.js';
import { EXIT } from './io.js';

export const validate = defineCommand({
  usage: 'validate <experiment>',
  summary: 'Check an experiment file and its datasets; every problem at once, nothing is called',
  examples: [['validate experiments/quickstart.yaml', '']],
  options: (program) =>
    program.positional('experiment', {
      type: 'string',
      demandOption: true,
      describe: 'A YAML file',
    }),
  run: async (args, io) => {
    const { jsonLine } = await import('../reports/index.js');
    const { prepare, showWarnings } = await import('./prepare.js');
    const prepared = await prepare(args.experiment, args, io, { keys: false });
    const { experiment, models, plan, prompts } = prepared;
    showWarnings(prepared, args, io);
    const variants = 1 + (experiment.variants?.length ?? 0);
    if (args.json) {
      const counts = {
        prompts: prompts.length,
        models: models.size,
        ...(variants === 1 ? {} : { variants }),
        cells: plan.cells.length,
      };
      io.out(jsonLine({ valid: true, name: experiment.name, ...counts }));
    } else {
      const times = variants === 1 ? '' : ` × ${variants} variants`;
      io.out(
        `${args.experiment} is valid: ${prompts.length} prompts × ${models.size} models${times} × ${experiment.trials} ${experiment.trials === 1 ? 'trial' : 'trials'} = ${plan.cells.length} cells\n`,
      );
      if (!args.quiet) io.err(`Next: switchyard estimate ${args.experiment}\n`);
    }
    return EXIT.done;
  },
});
