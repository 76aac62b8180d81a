import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { withStore } from './store-access.js';

/** The default that a `SWITCHYARD_…` variable gives a number; none where it is not set. */
const defaultFrom = (value: string | undefined): { readonly default?: number } =>
  value === undefined || value === '' ? {} : { default: Number(value) };

export const run = defineCommand({
  usage: 'run <experiment>',
  summary: 'Measure: answer and judge every prompt with every model; again to resume',
  examples: [
    ['run experiments/quickstart.yaml', 'Offline, on simulated models'],
    ['run my.yaml --budget-usd 2 --max-concurrency 8', 'Stops cleanly at the cap (exit code 4)'],
    ['run my.yaml --retry-errors', 'Try failed cells once more'],
    ['run my.yaml --batch', "At the price of the makers' batches, within a day; again to go on"],
  ],
  options: (program, env) =>
    program
      .positional('experiment', { type: 'string', demandOption: true, describe: 'A YAML file' })
      .option('max-concurrency', {
        type: 'number',
        alias: 'j',
        requiresArg: true,
        ...defaultFrom(env.SWITCHYARD_MAX_CONCURRENCY),
        describe: 'Calls under way at once (default 16)',
      })
      .option('limit', {
        type: 'number',
        requiresArg: true,
        describe: 'Only the first so many prompts',
      })
      .option('budget-usd', {
        type: 'number',
        requiresArg: true,
        ...defaultFrom(env.SWITCHYARD_BUDGET_USD),
        describe: "Cap on spending; over the file's budget_usd",
      })
      .option('cache', {
        type: 'boolean',
        default: true,
        describe: 'Reuse answers of earlier runs (--no-cache to ask afresh)',
      })
      .option('retry-errors', {
        type: 'boolean',
        default: false,
        describe: 'Try failed cells and unscored answers once more',
      })
      .option('batch', {
        type: 'boolean',
        default: false,
        describe: 'Ask for answers through batch APIs, at their price: slower, resumable',
      })
      .option('cancel-batches', {
        type: 'boolean',
        default: false,
        describe: 'Cancel the batches that are under way, and keep what they answered',
      })
      .option('poll-seconds', {
        type: 'number',
        requiresArg: true,
        ...defaultFrom(env.SWITCHYARD_POLL_SECONDS),
        describe: 'Between two looks at a batch (default: from 1 up to 60)',
      })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Estimate only' }),
  run: async (args, io) => {
    const { amount, positive, within } = await import('./arguments.js');
    positive('--limit', args.limit);
    positive('--max-concurrency', args.maxConcurrency);
    amount('--budget-usd', args.budgetUsd);
    if (args.pollSeconds !== undefined) within('--poll-seconds', args.pollSeconds, 0.01, 3600);
    const { prepare, showWarnings } = await import('./prepare.js');
    const prepared = await prepare(args.experiment, args, io, {
      keys: !args.dryRun,
      limit: args.limit,
    });
    showWarnings(prepared, args, io);
    if (args.dryRun) {
      const { printEstimate } = await import('./estimate.js');
      await printEstimate(prepared, args, io);
      return EXIT.done;
    }
    const inBatches = args.batch || args.cancelBatches;
    const {
      openBatchesOf,
      openBatchingModels,
      refuseUnderWay,
      refuseUnderWayElsewhere,
      remindOfOthers,
    } = await import('./batching.js');
    const flag = args.cancelBatches ? '--cancel-batches' : '--batch';
    const batchingModels = inBatches ? await openBatchingModels(prepared, flag) : null;
    return withStore(args, io, async (store) => {
      const { budgetOf, executeRun, findOrCreateRun, findRun, spentSoFar } = await import(
        './execution.js'
      );
      const { summarizeRun } = await import('../experiments/index.js');
      const { jsonLine, runSummaryJson, runSummaryText } = await import('../reports/index.js');
      const { logCalls, showProgress } = await import('./progress.js');
      const { known } = await findRun(store.runs, prepared, args);
      const underWay = await openBatchesOf(store.batches, known);
      if (batchingModels === null) refuseUnderWay(underWay, args.experiment);
      if (args.cache && !args.cancelBatches) {
        await refuseUnderWayElsewhere(store, prepared, known);
      }
      if (args.cancelBatches && underWay.length === 0) {
        throw new UserError(
          `--cancel-batches: no batch of ${args.experiment} is under way, so there is nothing to cancel.`,
        );
      }
      const found = await findOrCreateRun(store.runs, prepared, args, io);
      await remindOfOthers(store.batches, found, args, io);
      const { onProgress, note } = showProgress(io, {
        quiet: args.quiet,
        budget: budgetOf(prepared, args),
        simulated: prepared.simulated,
        spentBefore: await spentSoFar(store.runs, found),
      });
      const began = performance.now();
      const onCallEvent = args.logLevel === 'debug' ? logCalls(note) : undefined;
      const batching =
        batchingModels === null
          ? undefined
          : {
              batches: store.batches,
              models: batchingModels,
              pollMs: args.pollSeconds === undefined ? null : 1000 * args.pollSeconds,
              cancel: args.cancelBatches,
            };
      const options = { ...args, onCallEvent, batching };
      const ending = await executeRun(store.runs, found, prepared, options, io, onProgress);
      const elapsed = Math.round(performance.now() - began);
      const ended = (await store.runs.findRun(found.id)) ?? found;
      const summary = await summarizeRun(store.runs, ended);
      io.out(
        args.json
          ? jsonLine({ ...runSummaryJson(summary), elapsed_ms: elapsed })
          : runSummaryText(summary, { color: args.color && io.outIsTerminal }),
      );
      const { name } = ended;
      if (ending === 'budget_reached') {
        if (!args.quiet)
          io.err(
            'The budget is reached; what was paid for is stored. Raise it and run again to go on.\n',
          );
        return EXIT.budgetReached;
      }
      if (ending === 'interrupted') {
        const open = (await openBatchesOf(store.batches, ended)).length;
        if (!args.quiet) io.err(stoppedText(args, open));
        return args.cancelBatches && open === 0 ? EXIT.done : EXIT.interrupted;
      }
      const hopeless = summary.models.filter(({ outcomes, failed }) => outcomes === failed);
      if (hopeless.length > 0) {
        const names = hopeless.map(({ model }) => model).join(', ');
        io.err(
          `switchyard: ${names}: no call succeeded: ${summary.failures[0]?.reason ?? 'unknown reason'}\n`,
        );
        return EXIT.failed;
      }
      const { done, failed, unscored } = summary.cells;
      if (unscored > 0 && unscored === done) {
        const reason = summary.unscored.find(({ judge }) => judge === ended.judge)?.reason;
        io.err(`switchyard: no answer got a score from the judge "${ended.judge}": ${reason}\n`);
        return EXIT.failed;
      }
      if (!args.json && !args.quiet) {
        if (failed + unscored > 0) {
          io.err(
            `Try failed cells and unscored answers again: switchyard run ${args.experiment}${inBatches ? ' --batch' : ''} --retry-errors\n`,
          );
        }
        // A name stands for its latest run, which is another where this one was gone on with.
        const latest = await store.runs.findRun(name);
        io.err(`Next: switchyard compare ${latest?.id === ended.id ? name : ended.id}\n`);
      }
      return EXIT.done;
    });
  },
});

/** How to go on after an interruption. */
function stoppedText(
  args: { readonly experiment: string; readonly cancelBatches: boolean },
  openBatches: number,
): string {
  if (openBatches > 0) {
    const batches = openBatches === 1 ? 'A batch goes' : `${openBatches} batches go`;
    return `Interrupted; what was paid for is stored. ${batches} on at the provider: wait for them with "switchyard run ${args.experiment} --batch", or cancel with "switchyard run ${args.experiment} --cancel-batches".\n`;
  }
  if (args.cancelBatches) {
    return 'No batch is under way any more; what was answered before is stored.\n';
  }
  return 'Interrupted; what was paid for is stored. Run the same command again to go on.\n';
}
