import { resolve } from 'node:path';
import type { CacheCalibration } from '../caches/index.js';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import { defineCommand } from './command.js';
import { EXIT, type Io } from './io.js';
import { writeWhole } from './output.js';

export const cache = defineCommand({
  usage: 'cache <action> <pairs>',
  summary: 'Find from labelled pairs how similar requests must be to share an answer',
  examples: [
    ['cache calibrate datasets/cache-pairs.jsonl', 'At most 1 % false hits, at 95 % confidence'],
    [
      'cache calibrate my-pairs.jsonl --max-false-hits 0.005 --embeddings openai/text-embedding-3-small',
      '',
    ],
  ],
  options: (program) =>
    program
      .positional('action', {
        choices: ['calibrate'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('pairs', {
        type: 'string',
        demandOption: true,
        describe:
          'JSON Lines: {"id", "a", "b", "same": true|false, "kind"}, and "split" or "group"',
      })
      .option('max-false-hits', {
        type: 'number',
        default: 0.01,
        requiresArg: true,
        describe: 'Largest share of pairs with different answers that may be hits (upper bound)',
      })
      .option('embeddings', {
        type: 'string',
        default: 'local',
        requiresArg: true,
        describe: 'What embeds the texts: local, or provider/name at its cost',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        default: 'results/cache-calibration.json',
        requiresArg: true,
        describe: 'File that the calibration is written to',
      }),
  run: async (args, io) => {
    if (!(args.maxFalseHits > 0 && args.maxFalseHits < 1)) {
      throw new UserError(
        `--max-false-hits is ${args.maxFalseHits}: give a share above 0 and below 1, such as 0.01.`,
      );
    }
    const { calibrate, GUARDS_VERSION } = await import('../caches/index.js');
    const { toUsd } = await import('../costs/index.js');
    const { cacheCalibrationText, dollars, jsonLine, snakeCase } = await import(
      '../reports/index.js'
    );
    const { readCachePairs } = await import('./cache-pairs.js');
    const { pairs, sha256 } = await readCachePairs(args.pairs, io.cwd);
    const { source, spent, measured } = await measure(args, pairs, io);
    if (measured === null) return EXIT.interrupted;
    const calibration: CacheCalibration = {
      format: 'switchyard-cache-calibration',
      format_version: 1,
      created_at: io.now().toISOString(),
      code_version: version,
      embeddings: source,
      guards: GUARDS_VERSION,
      pairs: { path: args.pairs, sha256 },
      max_false_hits: args.maxFalseHits,
      ...calibrate(measured, { maxFalseHits: args.maxFalseHits }),
    };
    await writeCalibration(calibration, args.output, io);
    if (args.json) {
      const facts = { path: args.output, spend_usd: toUsd(spent) };
      io.out(jsonLine({ ...(snakeCase(calibration, new Set()) as object), ...facts }));
    } else {
      io.out(cacheCalibrationText(calibration, { color: args.color && io.outIsTerminal }));
      if (spent > 0) io.out(`\nThe embeddings cost ${dollars(toUsd(spent))}.\n`);
      if (!args.quiet) io.err(nextStep(calibration, args.output));
    }
    return calibration.threshold === null ? EXIT.thresholdNotMet : EXIT.done;
  },
});

/** Opens the embeddings, tells their price, and measures; nothing measured where someone broke it off. */
async function measure(
  args: {
    readonly embeddings: string;
    readonly envFile: string[] | undefined;
    readonly quiet: boolean;
  },
  pairs: Parameters<typeof import('./measure-pairs.js').measurePairs>[0],
  io: Io,
) {
  const { Budget, toUsd } = await import('../costs/index.js');
  const { parseEmbeddings } = await import('../experiments/index.js');
  const { measurePairs } = await import('./measure-pairs.js');
  const { openSignalSource } = await import('./signals.js');
  const spec = parseEmbeddings(args.embeddings, '--embeddings');
  const gate = new Budget(null);
  const context = {
    envFile: args.envFile,
    gate,
    runId: 'cache-calibrate',
    prompts: [],
    onAbandoned: () => {},
  };
  const source = await openSignalSource(spec, context, io);
  if (source.simulated) {
    throw new UserError(
      `--embeddings ${args.embeddings} is simulated: nothing can be calibrated on invented embeddings.`,
    );
  }
  const requests = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].map((content) => ({
    messages: [{ role: 'user' as const, content }],
    domain: null,
  }));
  const worst = toUsd(source.worstCost(requests));
  if (worst > 0 && !args.quiet) {
    io.err(`Embedding ${requests.length} texts: at most $${worst} where no call is repeated\n`);
  }
  const abort = new AbortController();
  const unsubscribe = io.onInterrupt(() => abort.abort());
  try {
    const measured = await measurePairs(pairs, source, abort.signal, (done, all) => {
      if (io.errIsTerminal && !args.quiet) io.err(`\r${done} of ${all} texts embedded`);
    });
    if (io.errIsTerminal && !args.quiet) io.err('\n');
    return {
      source: source.id,
      spent: gate.spent,
      measured: abort.signal.aborted ? null : measured,
    };
  } finally {
    unsubscribe();
  }
}

async function writeCalibration(
  calibration: CacheCalibration,
  shown: string,
  io: Io,
): Promise<void> {
  try {
    await writeWhole(resolve(io.cwd, shown), `${JSON.stringify(calibration, null, 2)}\n`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`Cannot write the calibration to "${shown}": ${reason}`, {
      cause,
      exitCode: 1,
    });
  }
}

/** What to do with it. */
function nextStep({ threshold, max_false_hits: bound }: CacheCalibration, shown: string): string {
  if (threshold === null) {
    return `Next: more pairs, other embeddings, or a bound above ${bound} (--max-false-hits)\n`;
  }
  return `Wrote ${shown}\nNext, in the file of "switchyard serve":\n  cache: { semantic: { calibration: ${shown} } }\n`;
}
