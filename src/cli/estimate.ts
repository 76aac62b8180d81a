import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineCommand } from './command.js';
import { EXIT, type Io } from './io.js';
import type { Prepared } from './prepare.js';
import { withStore } from './store-access.js';

export const estimate = defineCommand({
  usage: 'estimate <experiment>',
  summary: 'What a run would cost, by model and purpose: low, expected, worst; no call is made',
  examples: [['estimate experiments/openai-anthropic.yaml', 'Needs no key']],
  options: (program) =>
    program
      .positional('experiment', { type: 'string', demandOption: true, describe: 'A YAML file' })
      .option('limit', { type: 'number', describe: 'Only the first so many prompts' })
      .option('cache', {
        type: 'boolean',
        default: true,
        describe: 'Leave out what earlier runs have already answered (--no-cache to count all)',
      }),
  run: async (args, io) => {
    const { prepare } = await import('./prepare.js');
    const prepared = await prepare(args.experiment, args, io, { keys: false, limit: args.limit });
    await printEstimate(prepared, args, io);
    if (!args.json && !args.quiet) io.err(`Next: switchyard run ${args.experiment}\n`);
    return EXIT.done;
  },
});

/** Estimates the cells that no run in the store has answered yet. */
export async function printEstimate(
  prepared: Prepared,
  args: {
    readonly db: string;
    readonly json: boolean;
    readonly cache: boolean;
    readonly color: boolean;
  },
  io: Io,
): Promise<void> {
  const { estimate: add, foreseeCalls } = await import('../experiments/index.js');
  const { estimateJson, estimateText } = await import('../reports/index.js');
  const { plan, models } = prepared;
  const known =
    args.cache && existsSync(resolve(io.cwd, args.db))
      ? await withStore(args, io, (store) =>
          store.runs.findOutcomesByKey(plan.cells.map(({ cellKey }) => cellKey)),
        )
      : new Map<string, unknown>();
  const missing = plan.cells.filter(({ cellKey }) => !known.has(cellKey));
  const judgingModels = new Map(
    [...prepared.judgingModels].map(([judge, { id, pricing }]) => {
      const entry = prepared.experiment.judges.find((each) => each.id === judge);
      const maxTokens = entry?.kind === 'rubric' ? entry.parameters.maxTokens : 0;
      return [judge, { id, pricing, maxTokens }];
    }),
  );
  const total = add(foreseeCalls(plan, missing, models, judgingModels));
  const facts = { cells: plan.cells.length, known: known.size, simulated: prepared.simulated };
  io.out(
    args.json
      ? `${JSON.stringify(estimateJson(total, facts))}\n`
      : estimateText(total, facts, { color: args.color && io.outIsTerminal }),
  );
}
