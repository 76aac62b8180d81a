import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ScaleStep } from './scale-once.js';

/** As many prompts as RouterBench has; fewer by `SWITCHYARD_SCALE_PROMPTS`, for a look at a busy machine. */
const PROMPTS = Number(process.env.SWITCHYARD_SCALE_PROMPTS ?? 36_497);

/** What `compare` takes by default. */
const THREADS = String(Math.min(4, availableParallelism()));

const SIZES: readonly (readonly [prompts: number, models: number])[] = [
  [Math.round(PROMPTS / 4), 11],
  [Math.round(PROMPTS / 2), 11],
  [PROMPTS, 11],
  [PROMPTS, 6],
  [PROMPTS, 3],
];

/**
 * A comparison of a synthetic matrix with the routers that `compare` tries by default, each size in a
 * process of its own: seconds by step, peak memory, and how both grow with prompts and models. Then
 * one policy of each kind over 1,000,000 prompts. Goals: 36,497 prompts × 11 models under 60 s and
 * 1.5 GB on 2 cores; a replay under 2 s.
 */
export async function scale(): Promise<string> {
  const lines = ['scale: seconds in all, peak MiB, and seconds of processor time by step'];
  for (const [prompts, models] of SIZES) {
    const { steps, wall, peakMib } = once(['compare', String(prompts), String(models), THREADS]);
    const parts = steps.map(({ step, seconds }) => `${step} ${seconds.toFixed(1)}`).join(', ');
    lines.push(
      `${prompts} prompts × ${models} models: ${wall.toFixed(1)} s wall, ${peakMib} MiB: ${parts}`,
    );
  }
  const replayed = once(['replay', '1000000', '11']);
  for (const { step, seconds } of replayed.steps) {
    lines.push(`1,000,000 prompts by ${step}: ${seconds.toFixed(2)} s`);
  }
  return lines.join('\n');
}

interface ScaleResult {
  readonly steps: readonly ScaleStep[];
  readonly wall: number;
  readonly peakMib: number;
}

function once(args: readonly string[]): ScaleResult {
  const script = fileURLToPath(new URL('scale-once.ts', import.meta.url));
  const out = execFileSync(process.execPath, ['--import', 'tsx', script, ...args], {
    encoding: 'utf8',
  });
  return JSON.parse(out) as ScaleResult;
}
