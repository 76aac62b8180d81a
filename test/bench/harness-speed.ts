import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, temporaryFolder } from '../e2e/command.js';
import { measured } from './measured-command.js';

const LATENCY_MS = 20;
const IN_FLIGHT = 64;
const IDEAL = (IN_FLIGHT * 1000) / LATENCY_MS;

/**
 * Calls per second of `switchyard run` over HTTP against the stand-in in another process, as a share
 * of what its latency allows, and peak memory at 1,000 and 10,000 calls.
 * Goal: half of the ideal; memory flat and under 350 MiB.
 */
export async function harnessSpeed(): Promise<string> {
  const folder = temporaryFolder();
  const lines: string[] = [];
  try {
    for (const calls of [1_000, 10_000]) {
      const dataset = `prompts-${calls}.jsonl`;
      writeFileSync(join(folder.path, dataset), prompts(calls));
      const standIn = await startStandIn(folder.path, dataset);
      try {
        const file = `speed-${calls}.yaml`;
        writeFileSync(join(folder.path, file), experiment(calls, dataset, standIn.url));
        const { seconds, out, err, peakMib } = await measured(['run', file, '--json', '--quiet'], {
          cwd: folder.path,
        });
        if (!out.startsWith('{')) throw new Error(`The run failed: ${err}`);
        const { cells, elapsed_ms } = JSON.parse(out) as {
          cells: { done: number };
          elapsed_ms: number;
        };
        if (cells.done !== calls)
          throw new Error(`Expected ${calls} cells done, got ${cells.done}`);
        const rate = calls / (elapsed_ms / 1000);
        lines.push(
          `harness over HTTP: ${calls} calls, ${rate.toFixed(0)}/s while executing = ${((100 * rate) / IDEAL).toFixed(0)} % of the ideal ${IDEAL}/s (whole command ${seconds.toFixed(1)} s), peak ${peakMib ?? '?'} MiB`,
        );
      } finally {
        standIn.stop();
      }
    }
  } finally {
    folder.remove();
  }
  return lines.join('\n');
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

function experiment(calls: number, dataset: string, url: string): string {
  return `name: speed-${calls}
dataset: ${dataset}
models:
  - id: standin/small
    base_url: ${url}/v1
    price: { input: 0.1, output: 0.4 }
    rate_limits: { max_concurrency: ${IN_FLIGHT} }
max_concurrency: ${IN_FLIGHT}
`;
}

async function startStandIn(
  cwd: string,
  dataset: string,
): Promise<{ url: string; stop: () => void }> {
  const child = start(
    [
      'simulate',
      '--port',
      '0',
      '--json',
      '--quiet',
      '--dataset',
      dataset,
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
