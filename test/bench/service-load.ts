import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { start } from '../e2e/command.js';

export interface Server {
  readonly url: string;
  stop(): void;
}

/** An upstream that answers at once, in a process of its own. */
export function startUpstream(): Promise<Server> {
  const script = fileURLToPath(new URL('service-upstream.ts', import.meta.url));
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return serverOf(spawn(process.execPath, ['--import', 'tsx', script], { stdio: [...stdio] }));
}

/** `switchyard simulate` with some flags, in a process of its own. */
export function startSimulated(cwd: string, flags: readonly string[]): Promise<Server> {
  return serverOf(start(['simulate', '--port', '0', '--json', '--quiet', ...flags], { cwd }));
}

/** Once it has printed where it listens. */
async function serverOf(child: ChildProcess): Promise<Server> {
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => {
      resolve((JSON.parse(line.toString()) as { url: string }).url);
    });
    child.once('close', () => reject(new Error('A server ended before it listened')));
  });
  return { url, stop: () => void child.kill('SIGTERM') };
}

export interface Loaded {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly requests: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of the next request. */
  readonly next: () => string;
}

/**
 * Asks as fast as answers come, one request at a time a connection.
 * @throws Error where an answer is not a 200, or where there is none
 */
export async function load({ url, connections, requests, headers, next }: Load): Promise<Loaded> {
  const latencies: number[] = [];
  const began = performance.now();
  let ended = began;
  const wrong = await new Promise<string | null>((resolve, reject) => {
    let other: string | null = null;
    const instance = autocannon(
      {
        url,
        connections,
        amount: requests,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        requests: [{ setupRequest: (request) => ({ ...request, body: next() }) }],
      },
      (error, result) => {
        if (error !== null && error !== undefined) reject(error);
        else resolve(other ?? (result.errors > 0 ? `${result.errors} without an answer` : null));
      },
    );
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      latencies.push(milliseconds);
      ended = performance.now();
      if (status !== 200) other = `status ${status}`;
    });
  });
  if (wrong !== null) throw new Error(`${url}: ${wrong}`);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN;
  return {
    perSecond: (1000 * latencies.length) / (ended - began),
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** Processor time that a process has used so far, in microseconds; NaN where /proc does not tell. */
export function processorTime(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // Fields 14 and 15, in ticks of 10 ms.
    return 10_000 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

/** Resident set of a process in MiB, now and at its highest; NaN where /proc does not tell. */
export function residentMib(pid: number): { readonly now: number; readonly peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mib = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
    return { now: mib('VmRSS'), peak: mib('VmHWM') };
  } catch {
    return { now: Number.NaN, peak: Number.NaN };
  }
}
