import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Comparison } from '../evaluation/index.js';
import type { Run } from '../outcomes/index.js';
import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { routersAsCompared } from './compared-routers.js';
import { comparisonInput, routersOfRun, settingsOf } from './comparison-input.js';
import { EXIT } from './io.js';
import { signalSpecs } from './signal-specs.js';
import { runNamed, withExistingStore } from './store-access.js';

/** The name for whatever the run's latest comparison came to. */
const BY_VERDICT = 'verdict';
/** The name for what the run's latest comparison chose under the bounds that the user set. */
const BY_CHOICE = 'chosen';

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
        describe:
          'A policy of the comparison, router@dial; "verdict" or "chosen" for the one it names',
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
      const { predictedTwin } = await import('../routers/index.js');
      const { sha256 } = await import('../hash.js');
      const run = await runNamed(store, args.run);
      const comparison = await store.evaluations.latestEvaluation(run.id);
      if (comparison === null) {
        throw new UserError(
          `The run "${args.run}" was not compared yet, so there is nothing to say about its policies: switchyard compare ${args.run}`,
        );
      }
      const id = policyNamed(args.policy, comparison, args.run);
      // Fitted as it was compared, so that what is written is what was reported.
      const runs: [Run, ...Run[]] = [run];
      for (const other of comparison.runs?.slice(1) ?? []) {
        runs.push(await runNamed(store, other.id));
      }
      const routers = await routersAsCompared(comparison, routersOfRun(run), io);
      const settings = settingsOf(comparison);
      const input = await comparisonInput(store, runs, routers, settings, io);
      const { policy, fittedOn } = fitForExport(input, id);
      const tradeoff = comparison.tradeoffs.find((candidate) => candidate.policy === id);
      const shown = args.output ?? `results/${run.name}.table.json`;
      const path = resolve(io.cwd, shown);
      const file = routers.routerFiles.find(({ router }) =>
        [router, predictedTwin(router)].includes(policy.router),
      );
      const table = buildRoutingTable({
        name: run.name,
        policy,
        fittedOn,
        comparison,
        tradeoff: tradeoff ?? null,
        // Beside the table or below it both can be moved together.
        signals: await signalSpecs(run, input, settings.embeddings),
        routerFile: file && {
          path: relative(dirname(path), file.path).replaceAll('\\', '/'),
          sha256: file.sha256,
        },
        now: io.now(),
      });
      const { content } = writeTarget(args.target, table);
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
        const written = { table: shown, target: args.target, policy: policy.id, sha256: digest };
        io.out(jsonLine({ ...written, fitted_on: fittedOn, simulated: comparison.simulated }));
      } else {
        const label = comparison.simulated ? ' (SIMULATED outcomes: a demonstration)' : '';
        io.out(`${shown}\n  ${policy.id}, fitted on ${fittedOn}${label}\n  sha256 ${digest}\n`);
        const domain = policy.needs.domain ? ' --domain NAME' : '';
        if (!args.quiet) io.err(`Next: switchyard route --table ${shown}${domain} "your prompt"\n`);
      }
      return EXIT.done;
    }),
});

/** @throws UserError where nothing was chosen */
function policyNamed(policy: string, comparison: Comparison, run: string): string {
  if (policy === BY_VERDICT) return comparison.verdict.policy;
  if (policy !== BY_CHOICE) return policy;
  const { choice } = comparison;
  if (choice == null) {
    throw new UserError(
      `The latest comparison of "${run}" was asked to choose nothing: give it bounds (switchyard compare ${run} --min-quality Q, --quality-drop D or --max-cost-usd-per-1k X).`,
    );
  }
  if (choice.policy === null) throw new UserError(`Nothing was chosen. ${choice.text}`);
  return choice.policy;
}
