import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { readRoutingTable } from './table-file.js';

export const route = defineCommand({
  usage: 'route <prompt>',
  summary:
    'Decide with a routing table which model answers a prompt, and say why; no model answers',
  examples: [['route --table results/quickstart.table.json "What is 17 × 23?"', '']],
  options: (program) =>
    program
      .positional('prompt', { type: 'string', demandOption: true, describe: "The user's message" })
      .option('table', {
        type: 'string',
        alias: 't',
        demandOption: true,
        describe: 'A routing table that "switchyard export" wrote',
      })
      .option('domain', {
        type: 'string',
        describe: 'The kind of work, where the table asks for it',
      })
      .option('system', { type: 'string', describe: 'A system message to go with it' })
      .option('allow-calls', {
        type: 'boolean',
        default: false,
        describe:
          'Make the paid calls that the table needs to know the request (embedding, reading)',
      })
      .option('seed', { type: 'number', default: 1, describe: 'For policies that draw lots' }),
  run: async (args, io) => {
    const { seed } = await import('./arguments.js');
    seed('--seed', args.seed);
    const { decideWithTable } = await import('../tables/index.js');
    const { jsonLine } = await import('../reports/index.js');
    const { createRng } = await import('../statistics/index.js');
    const table = await readRoutingTable(args.table, io);
    const messages = [
      ...(args.system === undefined ? [] : [{ role: 'system' as const, content: args.system }]),
      { role: 'user' as const, content: args.prompt },
    ];
    const request = { messages, domain: args.domain ?? null };
    const { signals, costUsd } =
      table.signals === undefined
        ? { signals: {}, costUsd: 0 }
        : await (await import('./request-signals.js')).requestSignals(table, request, args, io);
    const decision = decideWithTable(table, request, createRng(args.seed, 'route'), signals);
    if (args.json) {
      const spent = table.signals === undefined ? {} : { signal_cost_usd: costUsd };
      io.out(jsonLine({ ...decision, table: table.name, simulated: table.simulated, ...spent }));
      return EXIT.done;
    }
    const label = table.simulated ? ' (fitted on SIMULATED outcomes)' : '';
    io.out(`${decision.model}\n  by ${decision.policy}${label}\n`);
    if (costUsd > 0) io.out(`  deciding cost $${costUsd}\n`);
    for (const reason of decision.reasons) io.out(`  ${reason}\n`);
    return EXIT.done;
  },
});
