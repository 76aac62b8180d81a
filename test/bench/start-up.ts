import { tmpdir } from 'node:os';
import { median } from './machine.js';
import { measured } from './measured-command.js';

/** `switchyard --help` beside an empty Node process, interleaved. Goal: under 150 ms. */
export async function startUp(): Promise<string> {
  const rounds = 11;
  const help: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    help.push((await measured(['--help'], { cwd: tmpdir() })).seconds * 1000);
    bare.push(await bareNode());
  }
  return `switchyard --help: median ${median(help).toFixed(0)} ms over ${rounds} rounds (an empty Node process: ${median(bare).toFixed(0)} ms)`;
}

async function bareNode(): Promise<number> {
  const { spawn } = await import('node:child_process');
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  return performance.now() - began;
}
