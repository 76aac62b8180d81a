import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { comparisonInput } from './comparison-input.js';
import { EXIT } from './io.js';
import { runNamed, withExistingStore } from './store-access.js';

/** The name for whatever the run's latest comparison came to. */
const BY_VERDICT = 'verdict';

export const exportCommand = defineCommand({
  usage: 'export <run>',
  summary: 'Write a policy as a routing table, weights and provenance included',
  examples: [
    ['export quickstart', 'What the verdict chose'],
    ['export quickstart --policy cascade@0.5 -o table.json', ''],
  ],
  options: (program) =>
    program
      .positional('run', { type: 'string', demandOption: true, describe: 'Run id or name' })
      .option('policy', {
        type: 'string',
        default: BY_VERDICT,
        describe: 'A policy of the comparison, router@dial, or "verdict" for the one it names',
      })
      .option('target', { type: 'string', default: 'json', describe: 'What to write it for' })
      .option('output', {
        type: 'string',
        alias: 'o',
        describe: 'Where to write it (default results/RUN.table.json)',
      }),
  run: (args, io) =>
    withExistingStore(args, io, async (store) => {
      const { fitForExport } = await import('../evaluation/index.js');
      const { buildRoutingTable, writeTarget } = await import('../tables/index.js');
      const { jsonLine } = await import('../reports/index.js');
      const { sha256 } = await import('../hash.js');
      const run = await runNamed(store, args.run);
      const comparison = await store.evaluations.latestEvaluation(run.id);
      if (comparison === null) {
        throw new UserError(
          `The run "${args.run}" was not compared yet, so there is nothing to say about its policies: switchyard compare ${args.run}`,
        );
      }
      const id = args.policy === BY_VERDICT ? comparison.verdict.policy : args.policy;
      // Fitted as it was compared, so that what is written is what was reported.
      const { seed, splitSeed, bootstrap, routers, failed = 'zero' } = comparison;
      const { margin } = comparison.verdict;
      const asCompared = { seed, splitSeed, bootstrap, margin, routers, failed };
      const input = await comparisonInput(store, run, asCompared, io);
      const { policy, fittedOn } = fitForExport(input, id);
      const tradeoff = comparison.tradeoffs.find((candidate) => candidate.policy === id);
      const table = buildRoutingTable({
        name: run.name,
        policy,
        fittedOn,
        comparison,
        tradeoff: tradeoff ?? null,
        now: io.now(),
      });
      const { content } = writeTarget(args.target, table);
      const shown = args.output ?? `results/${run.name}.table.json`;
      const path = resolve(io.cwd, shown);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new UserError(`Cannot write the routing table to "${shown}": ${reason}`, { cause });
      }
      const digest = sha256(content);
      await store.tables.addRoutingTable(table, digest, path);
      if (args.json) {
        const written = { table: shown, target: args.target, policy: id, sha256: digest };
        io.out(jsonLine({ ...written, fitted_on: fittedOn, simulated: run.simulated }));
      } else {
        const label = run.simulated ? ' (SIMULATED outcomes: a demonstration)' : '';
        io.out(`${shown}\n  ${id}, fitted on ${fittedOn}${label}\n  sha256 ${digest}\n`);
        const domain = policy.needs.domain ? ' --domain NAME' : '';
        if (!args.quiet) io.err(`Next: switchyard route --table ${shown}${domain} "your prompt"\n`);
      }
      return EXIT.done;
    }),
});
