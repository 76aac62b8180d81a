import { availableParallelism } from 'node:os';
import type { Run } from '../outcomes/index.js';
import { assumedPrices } from './assumed-prices.js';
import { defineCommand } from './command.js';
import { comparedRouters } from './compared-routers.js';
import { comparisonInput, routersOfRun } from './comparison-input.js';
import { EXIT } from './io.js';
import { outputOption, outputsOf, printComparison, writeOutputs } from './output.js';
import { runNamed, withExistingStore } from './store-access.js';
import { constraintOf, unmetThresholds } from './thresholds.js';

/** The longest of the jobs that run side by side leaves more threads than these without work. */
const MOST_THREADS = 4;

export const compare = defineCommand({
  usage: 'compare <run..>',
  summary:
    'Should you route, and how? Replays routing policies over a run: verdict, table, intervals',
  examples: [
    ['compare quickstart', ''],
    ['compare mmlu --margin 0.02 --all', 'Every dial point'],
    ['compare quickstart --quality-drop 0.02', 'The cheapest policy that loses no more'],
    ['compare monday tuesday --fail-on-regression', 'Two runs over the prompts they share'],
  ],
  repeatable: ['run', 'price', 'output', 'o'],
  options: (program, env) =>
    program
      .positional('run', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Run ids or names; several are joined over the prompts they share',
      })
      .option('routers', {
        type: 'string',
        array: true,
        describe: "Routers to try, ids or files (default: the experiment's, or all)",
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
      .option('output', outputOption)
      .option('dials', { type: 'number', default: 33, describe: "Settings of each router's dial" })
      .option('max-cost-usd-per-1k', {
        type: 'number',
        describe: 'Choose the best policy of at most this cost per 1,000 prompts',
      })
      .option('min-quality', {
        type: 'number',
        describe:
          'Choose the cheapest policy of at least this quality; exit 3 where test falls short',
      })
      .option('quality-drop', {
        type: 'number',
        describe: 'Choose the cheapest policy at most this far below the best model',
      })
      .option('fail-on-regression', {
        type: 'boolean',
        default: false,
        describe: 'Exit 3 where quality is surely worse by more than the margin',
      })
      .option('price', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'MODEL=USD_PER_CALL, assumed for recorded data without prices (one a model)',
      })
      .option('out-of-domain', {
        type: 'boolean',
        default: false,
        describe: 'Hold out whole domains: how policies do on work they never learned from',
      })
      .option('cross-fit', {
        type: 'boolean',
        default: false,
        describe: 'Test every prompt once, out of five folds, as is done below 2,000 prompts',
      })
      .option('learning-curve', {
        type: 'boolean',
        describe: 'Refit on less and less of the fit part (default: where a page is written)',
      })
      .option('embeddings', {
        type: 'string',
        requiresArg: true,
        describe: 'Embed prompts: local, provider/name, or a mapping with model and base_url',
      })
      .option('features', {
        choices: ['text', 'embedding', 'both'] as const,
        describe: 'What routers look at where their settings do not say (default text)',
      })
      .option('budget-usd', {
        type: 'number',
        requiresArg: true,
        ...(env.SWITCHYARD_BUDGET_USD ? { default: Number(env.SWITCHYARD_BUDGET_USD) } : {}),
        describe: 'Cap on spending for embeddings and readings, over what the run has spent',
      })
      .option('threads', {
        type: 'number',
        requiresArg: true,
        default: Math.min(MOST_THREADS, availableParallelism()),
        defaultDescription: `one a core, at most ${MOST_THREADS}`,
        describe: 'Most threads that fit routers; the numbers are the same for any',
      })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: "Show every dial point, not just each router's chosen setting",
      }),
  run: (args, io) =>
    withExistingStore(args, io, async (store) => {
      const { amount, positive, seed, within } = await import('./arguments.js');
      seed('--seed', args.seed);
      seed('--split-seed', args.splitSeed);
      positive('--threads', args.threads);
      amount('--max-cost-usd-per-1k', args.maxCostUsdPer1k);
      amount('--budget-usd', args.budgetUsd);
      if (args.minQuality !== undefined) within('--min-quality', args.minQuality, 0, 1);
      if (args.qualityDrop !== undefined) within('--quality-drop', args.qualityDrop, 0, 1);
      const prices = assumedPrices(args.price);
      const outputs = await outputsOf(args.output, io);
      const { compareInThreads } = await import('../evaluation/index.js');
      const [named, ...further] = args.run;
      const first = await runNamed(store, named!);
      const runs: [Run, ...Run[]] = [first];
      for (const one of further) runs.push(await runNamed(store, one));
      const routers = await comparedRouters(args.routers, routersOfRun(first), io);
      const { askedEmbeddings, signalSpecs, withFeatures } = await import('./signal-specs.js');
      const embeddings = await askedEmbeddings(args, first);
      const settings = {
        ...args,
        embeddings,
        prices,
        constraint: constraintOf(args),
        learningCurve: args.learningCurve ?? outputs.some(({ format }) => format === 'html'),
      };
      const specs = await signalSpecs(
        first,
        withFeatures(routers, embeddings?.features),
        embeddings,
      );
      const { obtainMissing } = await import('./signals.js');
      const ended = await obtainMissing(store, first, specs, args, io);
      if (ended !== null) {
        const done = 'what was paid for is stored: compare again to go on';
        io.err(`switchyard: signals of prompts are missing; ${done}.\n`);
        return ended === 'interrupted' ? EXIT.interrupted : EXIT.budgetReached;
      }
      const input = await comparisonInput(store, runs, routers, settings, io);
      const comparison = await compareInThreads(input, args.threads, (step) => {
        if (!args.quiet && io.errIsTerminal) io.err(`${step}\n`);
      });
      await store.evaluations.addEvaluation(comparison);
      await writeOutputs(outputs, comparison, args, io);
      await printComparison(comparison, args, io);
      if (!args.json && !args.quiet) {
        const policy = comparison.choice?.policy == null ? comparison.verdict.policy : 'chosen';
        io.err(`Next: switchyard export ${named} --policy ${policy}\n`);
      }
      const unmet = unmetThresholds(comparison, args);
      for (const text of unmet) io.err(`switchyard: threshold not met: ${text}\n`);
      return unmet.length === 0 ? EXIT.done : EXIT.thresholdNotMet;
    }),
});
