import { resolve } from 'node:path';
import { defineCommand } from './command.js';
import { EXIT } from './io.js';

export const simulate = defineCommand({
  usage: 'simulate',
  summary: 'Serve the simulated models over loopback HTTP in the OpenAI and Anthropic wire formats',
  examples: [
    ['simulate --port 8788', 'Point any SDK at http://127.0.0.1:8788/v1'],
    [
      'simulate --rate-limit 0.1 --server-error 0.05 --hang 0.02',
      'With faults, to see what breaks',
    ],
    ['simulate --batch-polls 3', 'Batches that take a while, for run --batch'],
  ],
  options: (program) =>
    program
      .option('port', {
        type: 'number',
        default: 8788,
        describe: 'Port on 127.0.0.1; 0 picks a free one',
      })
      .option('dataset', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Datasets whose right answers the models know (default: the quickstart set)',
      })
      .option('seed', { type: 'number', default: 1, describe: 'Of the answers and the faults' })
      .option('latency-ms', { type: 'number', default: 0, describe: 'Wait before each answer' })
      .option('rate-limit', {
        type: 'number',
        default: 0,
        describe: 'Share of requests answered with 429',
      })
      .option('server-error', { type: 'number', default: 0, describe: 'Share answered with 500' })
      .option('hang', { type: 'number', default: 0, describe: 'Share never answered' })
      .option('truncate', { type: 'number', default: 0, describe: 'Share whose body breaks off' })
      .option('batch-polls', {
        type: 'number',
        default: 0,
        describe: 'How often a batch is found running before it ends',
      })
      .option('batch-delay-ms', {
        type: 'number',
        default: 0,
        describe: 'How long a batch takes at least',
      })
      .option('batch-fail', {
        type: 'number',
        default: 0,
        describe: "Share of a batch's requests that fail",
      })
      .option('batch-expire-after', {
        type: 'number',
        describe: 'Requests done before every batch expires; a share if below 1',
      })
      .option('batch-lose-replies', {
        type: 'number',
        default: 0,
        describe: 'First submissions that are accepted and never told',
      }),
  run: async (args, io) => {
    const { port, seed, within } = await import('./arguments.js');
    port('--port', args.port);
    seed('--seed', args.seed);
    within('--latency-ms', args.latencyMs, 0, 3_600_000);
    for (const fault of ['rate-limit', 'server-error', 'hang', 'truncate'] as const) {
      within(`--${fault}`, args[fault], 0, 1);
    }
    within('--batch-polls', args.batchPolls, 0, 1_000_000);
    within('--batch-delay-ms', args.batchDelayMs, 0, 86_400_000);
    within('--batch-fail', args.batchFail, 0, 1);
    within('--batch-expire-after', args.batchExpireAfter ?? 0, 0, 1_000_000);
    within('--batch-lose-replies', args.batchLoseReplies, 0, 1_000_000);
    const { jsonLine } = await import('../reports/index.js');
    const { startStandIn } = await import('../models/index.js');
    const { answerKeyOf, shippedDataset } = await import('./answer-key.js');
    const { readDataset } = await import('../datasets/index.js');
    const { createTableReader } = await import('../store/index.js');
    const files = args.dataset?.map((file) => resolve(io.cwd, file)) ?? [shippedDataset];
    const reader = createTableReader();
    const datasets = await Promise.all(files.map((file) => readDataset(file, { reader })));
    const server = await startStandIn({
      port: args.port,
      answerKey: answerKeyOf(datasets.flatMap(({ prompts }) => prompts)),
      seed: args.seed,
      latencyMs: args.latencyMs,
      faults: {
        rateLimit: args.rateLimit,
        serverError: args.serverError,
        hang: args.hang,
        truncate: args.truncate,
      },
      batch: {
        polls: Math.floor(args.batchPolls),
        delayMs: args.batchDelayMs,
        failItems: args.batchFail,
        loseReplies: Math.floor(args.batchLoseReplies),
        ...(args.batchExpireAfter === undefined ? {} : { expireAfter: args.batchExpireAfter }),
      },
    });
    io.out(args.json ? jsonLine({ url: server.url }) : `${server.url}\n`);
    if (!args.quiet) {
      io.err(
        `Simulated models answer at ${server.url}/v1 (OpenAI: /chat/completions, /batches; Anthropic: /messages, /messages/batches). What it served: ${server.url}/account. Ctrl-C stops it.\n`,
      );
    }
    await new Promise<void>((stop) => {
      const unsubscribe = io.onInterrupt(() => {
        unsubscribe();
        stop();
      });
    });
    await server.close();
    return EXIT.done;
  },
});
