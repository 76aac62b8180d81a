import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ServedTuning } from '../evaluation/index.js';
import type { Policy } from '../policies/index.js';
import type { Router } from '../routers/index.js';
import type { RoutingTable } from '../tables/index.js';
import { UserError } from '../user-error.js';
import { defineCommand } from './command.js';
import { EXIT } from './io.js';
import { readRoutingTable } from './table-file.js';

const SETTINGS = 33;

export const tune = defineCommand({
  usage: 'tune <table>',
  summary: 'Turn the dial of a routing table by what the service saw, and write a new table',
  examples: [
    ['tune results/quickstart.table.json --from service', 'From results/service.duckdb'],
    [
      'tune results/mine.table.json --from service --ledger results/service-snapshots --margin 0.02',
      'From the snapshots of a service that runs',
    ],
  ],
  options: (program) =>
    program
      .positional('table', {
        type: 'string',
        demandOption: true,
        describe: 'The routing table that the service runs',
      })
      .option('from', {
        choices: ['service'] as const,
        demandOption: true,
        describe: 'What to learn from: what a service decided, and its judge said of a sample',
      })
      .option('ledger', {
        type: 'string',
        default: 'results/service.duckdb',
        describe: "The service's ledger, or the folder of its snapshots",
      })
      .option('margin', {
        type: 'number',
        default: 0.01,
        describe: 'Quality that may be lost for a lower cost',
      })
      .option('aim', {
        choices: ['cost', 'quality'] as const,
        default: 'cost' as const,
        describe: 'The lowest cost within the margin, or the highest quality',
      })
      .option('output', {
        type: 'string',
        alias: 'o',
        describe: 'Where to write the new table (default beside the old: NAME.tuned.table.json)',
      })
      .option('seed', { type: 'number', default: 1, describe: 'Of the split of prompts' }),
  run: async (args, io) => {
    const { seed, within } = await import('./arguments.js');
    seed('--seed', args.seed);
    within('--margin', args.margin, 0, 1);
    const table = await readRoutingTable(args.table, io);
    const { policyOfTable, serializeRoutingTable } = await import('../tables/index.js');
    const { sha256 } = await import('../hash.js');
    const { jsonLine } = await import('../reports/index.js');
    const present = policyOfTable(table);
    const redial = await redialOf(table, present);
    const shown = args.output ?? besides(args.table);
    const path = resolve(io.cwd, shown);
    const before = await readFile(resolve(io.cwd, args.table));
    if (path === resolve(io.cwd, args.table)) {
      throw new UserError(`--output is the old table "${args.table}": name another file`);
    }
    const { readLedgerHistory } = await import('../store/index.js');
    const { servedTraffic } = await import('./served-operations.js');
    const { splitServed, tuneOnServed } = await import('../evaluation/index.js');
    const { tunedTable, tuningJson, tuningText } = await import('./tuning-text.js');
    const history = await readLedgerHistory(resolve(io.cwd, args.ledger), sha256(before));
    const traffic = await servedTraffic(history, table, present, io);
    const split = splitServed(traffic.operations, args.seed);
    const requests = split.tune.map(({ features }) => features);
    const candidates = redial(requests);
    const tuning = tuneOnServed(present, candidates, split, args);
    const report = { tuning, traffic, present: present.id, margin: args.margin, aim: args.aim };
    let written: { readonly table: string; readonly sha256: string } | null = null;
    if (isProposed(tuning)) {
      const tuned = tunedTable(table, report, { seed: args.seed, now: io.now() });
      const content = serializeRoutingTable(tuned);
      await writeNew(path, shown, content);
      written = { table: shown, sha256: sha256(content) };
    }
    if (!args.quiet) for (const note of traffic.notes) io.err(`note: ${note}\n`);
    io.out(args.json ? jsonLine(tuningJson(report, written)) : tuningText(report, written));
    if (written === null) return EXIT.thresholdNotMet;
    if (!args.json && !args.quiet) {
      io.err(`Next: name ${shown} as "table" in the service's configuration, and start it again\n`);
    }
    return EXIT.done;
  },
});

const isProposed = ({ outcome }: ServedTuning): boolean => outcome === 'proposed';

/** @throws UserError in one line where nothing served can tell of other settings of this policy */
async function redialOf(
  table: RoutingTable,
  policy: Policy,
): Promise<(requests: Parameters<NonNullable<Router['redial']>>[1]) => readonly Policy[]> {
  if (policy.needs.answers || policy.verify !== undefined) {
    throw new UserError(
      `The policy "${policy.id}" may call several models, and where it stopped, nobody saw what the next would have answered: it cannot be tuned from service; measure and compare again`,
    );
  }
  const { routers } = await import('../routers/index.js');
  const router = table.router_file === undefined ? routers.get(policy.router) : undefined;
  if (router?.redial === undefined) {
    const able = [...routers.values()].filter((one) => one.redial !== undefined);
    throw new UserError(
      `The router "${policy.router}" has no dial that can be turned without fitting it again: those that can are ${able.map(({ id }) => id).join(', ')}`,
    );
  }
  const document = policy.toDocument();
  return (requests) => router.redial!(document, requests, SETTINGS);
}

/** `results/a.table.json` → `results/a.tuned.table.json`. */
function besides(table: string): string {
  const name = basename(table);
  const stem = name.replace(/(?:\.table)?\.json$/, '');
  return join(dirname(table), `${stem}.tuned.table.json`);
}

async function writeNew(path: string, shown: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: 'wx' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UserError(
      code === 'EEXIST'
        ? `"${shown}" is there already and may be in use: name another file with --output`
        : `Cannot write the routing table to "${shown}": ${message}`,
      { cause },
    );
  }
}
