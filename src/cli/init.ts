import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { EXIT } from './io.js';

export const init = defineCommand({
  usage: 'init [file]',
  summary: 'Write a commented experiment file to begin with, and a few prompts beside it',
  examples: [['init my.yaml', '']],
  options: (program) =>
    program
      .positional('file', {
        type: 'string',
        default: 'experiment.yaml',
        describe: 'Where to write it',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Overwrite files that exist' }),
  run: async (args, io) => {
    const { starterExperiment, starterPrompts } = await import('../experiments/index.js');
    const { jsonLine } = await import('../reports/index.js');
    const file = resolve(io.cwd, args.file);
    const folder = dirname(file);
    const dataset = join(folder, 'prompts.jsonl');
    if (!existsSync(folder)) throw new UserError(`There is no folder "${folder}": make it first.`);
    if (existsSync(file) && !args.force) {
      throw new UserError(
        `"${args.file}" exists: name another file, or overwrite it with --force.`,
      );
    }
    const name = basename(file)
      .replace(/\.[^.]*$/, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-');
    const schema = relative(
      folder,
      fileURLToPath(new URL('../../schemas/experiment.schema.json', import.meta.url)),
    );
    writeFileSync(
      file,
      starterExperiment(name.replaceAll(/^-+|-+$/g, '') || 'experiment', { schema }),
    );
    const written = [args.file];
    if (!existsSync(dataset)) {
      writeFileSync(dataset, starterPrompts());
      written.push(relative(io.cwd, dataset));
    }
    io.out(args.json ? jsonLine({ written }) : written.map((path) => `${path}\n`).join(''));
    if (!args.json && !args.quiet) io.err(`Next: switchyard run ${args.file}\n`);
    return EXIT.done;
  },
});
