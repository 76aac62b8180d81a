import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, temporaryFolder } from '../e2e/command.js';
import { median } from './machine.js';
import { measured } from './measured-command.js';

const LATENCY_MS = 20;
const IN_FLIGHT = 64;
const ROUNDS = 5;
const IDEAL = (IN_FLIGHT * 1000) / LATENCY_MS;

/**
 * Calls per second of `switchyard run` over HTTP against the stand-in in another process, as a share
 * of what its latency allows, and peak memory, at 1,000 and 10,000 calls in interleaved rounds.
 * Goal: half of the ideal; memory flat and under 350 MiB.
 */
export async function harnessSpeed(): Promise<string> {
  const sizes = [1_000, 10_000];
  const seen = new Map(sizes.map((calls) => [calls, [] as Round[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const calls of sizes) seen.get(calls)?.push(await runOnce(calls));
  }
  return sizes
    .map((calls) => {
      const rounds = seen.get(calls) ?? [];
      const rates = rounds.map(({ rate }) => rate);
      const share = (rate: number) => `${((100 * rate) / IDEAL).toFixed(0)} %`;
      const peaks = rounds.flatMap(({ peakMib }) => peakMib ?? []);
      return `harness over HTTP, ${calls} calls: median ${median(rates).toFixed(0)}/s = ${share(median(rates))} of the ideal ${IDEAL}/s (${share(Math.min(...rates))} to ${share(Math.max(...rates))} over ${ROUNDS} rounds), peak ${median(peaks)} MiB`;
    })
    .join('\n');
}

interface Round {
  /** Calls per second while executing, start-up left out. */
  readonly rate: number;
  readonly peakMib: number | null;
}

async function runOnce(calls: number): Promise<Round> {
  const folder = temporaryFolder();
  try {
    writeFileSync(join(folder.path, 'prompts.jsonl'), prompts(calls));
    const standIn = await startStandIn(folder.path);
    try {
      writeFileSync(join(folder.path, 'speed.yaml'), experiment(standIn.url));
      const { out, err, peakMib } = await measured(['run', 'speed.yaml', '--json', '--quiet'], {
        cwd: folder.path,
      });
      if (!out.startsWith('{')) throw new Error(`The run failed: ${err}`);
      const { cells, elapsed_ms } = JSON.parse(out) as {
        cells: { done: number };
        elapsed_ms: number;
      };
      if (cells.done !== calls) throw new Error(`Expected ${calls} cells done, got ${cells.done}`);
      return { rate: calls / (elapsed_ms / 1000), peakMib };
    } finally {
      standIn.stop();
    }
  } finally {
    folder.remove();
  }
}

function prompts(count: number): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      id: `p${index}`,
      prompt: `What is ${index} + ${index + 1}?`,
      reference: String(2 * index + 1),
      grader: 'number',
      domain: 'arithmetic',
      difficulty: (index % 10) / 10,
    }),
  ).join('\n');
}

function experiment(url: string): string {
  return `name: speed
dataset: prompts.jsonl
models:
  - id: standin/small
    base_url: ${url}/v1
    price: { input: 0.1, output: 0.4 }
    rate_limits: { max_concurrency: ${IN_FLIGHT} }
max_concurrency: ${IN_FLIGHT}
`;
}

async function startStandIn(cwd: string): Promise<{ url: string; stop: () => void }> {
  const child = start(
    [
      'simulate',
      '--port',
      '0',
      '--json',
      '--quiet',
      '--dataset',
      'prompts.jsonl',
      '--latency-ms',
      String(LATENCY_MS),
    ],
    { cwd },
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => {
      resolve((JSON.parse(line.toString()) as { url: string }).url);
    });
    child.once('close', () => reject(new Error('The stand-in ended before it listened')));
  });
  return { url, stop: () => void child.kill('SIGTERM') };
}
