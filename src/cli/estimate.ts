import { defineCommand } from './command.js';
import { EXIT, type Io } from './io.js';
import type { Prepared } from './prepare.js';

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
    const { positive } = await import('./arguments.js');
    positive('--limit', args.limit);
    const { prepare, showWarnings } = await import('./prepare.js');
    const prepared = await prepare(args.experiment, args, io, { keys: false, limit: args.limit });
    showWarnings(prepared, args, io);
    await printEstimate(prepared, args, io);
    if (!args.json && !args.quiet) io.err(`Next: switchyard run ${args.experiment}\n`);
    return EXIT.done;
  },
});

/** Estimates the answers and verdicts that no run in the store has paid for yet. */
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
  const { estimateJson, estimateText, jsonLine } = await import('../reports/index.js');
  const { foresee } = await import('./foreseen.js');
  const { estimate: total, answered, shared } = await foresee(prepared, args, io);
  const cells = prepared.plan.cells.length;
  const asked = [...prepared.models.values(), ...prepared.judgingModels.values()];
  const facts = {
    cells,
    known: answered,
    shared,
    simulated: prepared.simulated,
    estimatedTokens: [
      ...new Set(asked.filter(({ estimatesTokens }) => estimatesTokens).map(({ id }) => id)),
    ],
  };
  io.out(
    args.json
      ? jsonLine(estimateJson(total, facts))
      : estimateText(total, facts, { color: args.color && io.outIsTerminal }),
  );
}
