import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/hash.js';
import type { PolicyDocument } from '../../src/policies/index.js';
import { serializeRoutingTable } from '../../src/tables/index.js';
import { handMadeTable } from '../tables/hand-made-table.js';
import { type Ended, ended, start } from './command.js';

/** A running `switchyard serve`. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it printed once it listened. */
  readonly announced: Readonly<Record<string, unknown>>;
  /** Everything on its streams, once it has ended. */
  readonly end: Promise<Ended>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<Ended>;
  /** Ends it outright. */
  kill(): Promise<Ended>;
}

export interface ServeOptions {
  /** The configuration, as the file has it; none by default. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Where `ledgerConfig` puts the ledger, relative to the folder. */
export const LEDGER = 'service.duckdb';

/**
 * Starts the built service in a folder and resolves once it listens, on a free port.
 * @throws Error with what it said, if it ends before
 */
export async function serve(folder: string, options: ServeOptions = {}): Promise<Served> {
  const { config, args = [], env } = options;
  if (config !== undefined) writeConfig(folder, config);
  const child = start(
    [
      ...['serve', '--json', '--port', '0'],
      ...(config === undefined ? [] : ['--config', 'service.yaml']),
      ...args,
    ],
    { cwd: folder, ...(env === undefined ? {} : { env }) },
  );
  const end = ended(child);
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    end.then(({ code, out, err }) => reject(new Error(`serve ended with ${code}: ${out}${err}`)));
  });
  const announced = JSON.parse(line) as { url: string; pid: number };
  const stopWith = (signal: NodeJS.Signals) => {
    if (child.exitCode === null) child.kill(signal);
    return end;
  };
  return {
    url: announced.url,
    pid: announced.pid,
    child,
    announced: { ...announced },
    end,
    stop: () => stopWith('SIGTERM'),
    kill: () => stopWith('SIGKILL'),
  };
}

/** Writes a configuration; what is JSON is YAML, too. */
export function writeConfig(folder: string, config: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, 'service.yaml'), JSON.stringify({ ledger: LEDGER, ...config }));
}

/** The two models of a stand-in under names of their own, one in each maker's format, at its prices. */
export function modelsBehind(url: string, further: Readonly<Record<string, unknown>> = {}) {
  return [
    {
      id: 'open/small',
      base_url: `${url}/v1`,
      api: 'openai',
      price: { input: 0.1, output: 0.4 },
      ...further,
    },
    {
      id: 'anthro/medium',
      base_url: url,
      api: 'anthropic',
      price: { input: 0.6, output: 2.4 },
      ...further,
    },
  ];
}

/** A tenant with one key, as the configuration names it. */
export function tenant(id: string, key: string, further: Readonly<Record<string, unknown>> = {}) {
  return { id, key_sha256: sha256(key), ...further };
}

/** Writes a routing table around a policy, which no comparison has seen, and gives the file's name. */
export function writeTable(folder: string, policy: PolicyDocument, domain = false): string {
  const table = handMadeTable(policy, { needs: { domain, answers: false } });
  writeFileSync(join(folder, 'by-hand.table.json'), serializeRoutingTable(table));
  return 'by-hand.table.json';
}

/** The two endpoints for chat: what to send, and what an error looks like there. */
export const WIRES = [
  {
    name: 'openai',
    path: '/v1/chat/completions',
    body: (model: string, text: string, further: object = {}) => ({
      model,
      max_tokens: 64,
      messages: [{ role: 'user', content: text }],
      ...further,
    }),
    textOf: (answer: unknown): string => (answer as Answer).choices[0]!.message.content,
    isError: (body: unknown): boolean => {
      const { error } = body as { error?: { message?: unknown; type?: unknown } };
      return isSaid(error?.message) && isSaid(error?.type);
    },
  },
  {
    name: 'anthropic',
    path: '/v1/messages',
    body: (model: string, text: string, further: object = {}) => ({
      model,
      max_tokens: 64,
      messages: [{ role: 'user', content: text }],
      ...further,
    }),
    textOf: (answer: unknown): string => (answer as Answer).content[0]!.text,
    isError: (body: unknown): boolean => {
      const { type, error } = body as { type?: unknown; error?: Record<string, unknown> };
      return type === 'error' && isSaid(error?.message) && isSaid(error?.type);
    },
  },
] as const;

interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly content: readonly { readonly text: string }[];
}

const isSaid = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** A request with a JSON body. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Calls `work` for 0 … count − 1, so many at once. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

/** Highest resident set of a process so far, in MiB; null where /proc does not tell. */
export function peakMib(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  } catch {
    return null;
  }
}
