import { createRng } from '../../src/statistics/index.js';
import { switchyard, temporaryFolder } from '../e2e/command.js';
import { writeLongFormat } from '../e2e/long-format.js';
import { type Served, serve } from '../e2e/serving.js';
import { median } from './machine.js';
import { type Loaded, load, processorTime, residentMib, startUpstream } from './service-load.js';

const CONNECTIONS = 16;
const ROUNDS = 5;
/** Rounds that count for nothing: code that is not optimised yet takes twice as long. */
const WARMING = 3;
const REQUESTS = Number(process.env.SWITCHYARD_SERVICE_REQUESTS ?? 4_000);
const ROUTER = 'ridge';
const PRICE = { input: 0.1, output: 0.4 };

interface Variant {
  readonly name: string;
  readonly at: 'upstream' | 'service';
  readonly model: string;
  readonly stream?: boolean;
  /** Asks for one and the same thing each time. */
  readonly repeats?: boolean;
  /** Its direct counterpart. */
  readonly against?: string;
}

const VARIANTS: readonly Variant[] = [
  { name: 'direct', at: 'upstream', model: 'auto' },
  { name: 'direct, streamed', at: 'upstream', model: 'auto', stream: true },
  { name: 'routed, cache miss', at: 'service', model: 'auto', against: 'direct' },
  { name: 'named, cache miss', at: 'service', model: 'maker/small', against: 'direct' },
  {
    name: 'routed, cache miss, streamed',
    at: 'service',
    model: 'auto',
    stream: true,
    against: 'direct, streamed',
  },
  { name: 'cache hit', at: 'service', model: 'auto', repeats: true, against: 'direct' },
];

interface Round extends Loaded {
  /** Of the service's process; NaN for a direct run. */
  readonly microseconds: number;
}

/**
 * Requests per second and latency at 16 connections through the built service, in a process of its
 * own, to an upstream without latency in another, against the same client asking the upstream; every
 * request is routed by an exported table, missed by the exact cache and kept in the durable ledger,
 * but for the rows that say otherwise. Rounds are interleaved, medians are shown. Goal: a third of
 * direct, under 3 ms added at the median.
 */
export async function service(): Promise<string> {
  const folder = temporaryFolder();
  const upstream = await startUpstream();
  try {
    const table = await exportTable(folder.path);
    const models = ['maker/small', 'maker/large'].map((id) => ({
      id,
      base_url: `${upstream.url}/v1`,
      price: PRICE,
    }));
    const served = await serve(folder.path, { config: { table, models } });
    const rounds = new Map(VARIANTS.map(({ name }) => [name, [] as Round[]]));
    for (let round = 0; round < WARMING + ROUNDS; round++) {
      for (const variant of VARIANTS) {
        const seen = await once(variant, upstream.url, served);
        // The first rounds warm both up.
        if (round >= WARMING) rounds.get(variant.name)?.push(seen);
      }
    }
    const { peak } = residentMib(served.pid);
    await served.stop();
    const lines = VARIANTS.map((variant) => lineOf(variant, rounds));
    return [
      `service: ${CONNECTIONS} connections, ${REQUESTS} requests a round, medians of ${ROUNDS} interleaved rounds, routed by ${ROUTER}; peak ${peak.toFixed(0)} MiB`,
      ...lines,
    ].join('\n');
  } finally {
    upstream.stop();
    folder.remove();
  }
}

async function exportTable(folder: string): Promise<string> {
  const file = writeLongFormat(folder, 'measured', { prompts: 600 });
  const table = 'measured.table.json';
  for (const args of [
    ['import', 'outcomes', file, '--name', 'measured'],
    ['compare', 'measured', '--routers', ROUTER, '--bootstrap', '100', '--dials', '5'],
    ['export', 'measured', '--policy', `${ROUTER}@tuned`, '-o', table],
  ]) {
    const { code, err } = await switchyard([...args, '--quiet'], { cwd: folder });
    if (code !== 0) throw new Error(`${args.join(' ')} failed: ${err}`);
  }
  return table;
}

const FILLERS = Array.from({ length: 64 }, (_, seed) => {
  const rng = createRng('filler', seed);
  const word = () =>
    Array.from({ length: 6 }, () => String.fromCharCode(97 + rng.below(26))).join('');
  return Array.from({ length: 40 }, word).join(' ');
});
let asked = 0;

async function once(variant: Variant, upstream: string, { url, pid }: Served): Promise<Round> {
  const { at, model, stream = false, repeats = false } = variant;
  const next = () => {
    const number = repeats ? 0 : ++asked;
    const content = `Request ${number}: ${FILLERS[number % FILLERS.length]}`;
    return JSON.stringify({
      model,
      max_tokens: 256,
      ...(stream ? { stream } : {}),
      messages: [{ role: 'user', content }],
    });
  };
  const before = processorTime(pid);
  const loaded = await load({
    url: `${at === 'upstream' ? upstream : url}/v1/chat/completions`,
    connections: CONNECTIONS,
    requests: REQUESTS,
    next,
  });
  const used = processorTime(pid) - before;
  return { ...loaded, microseconds: at === 'upstream' ? Number.NaN : used / REQUESTS };
}

function lineOf(variant: Variant, rounds: ReadonlyMap<string, readonly Round[]>): string {
  const of = (name: string, member: keyof Round) =>
    median((rounds.get(name) ?? []).map((round) => round[member]));
  const { name, against } = variant;
  const perSecond = of(name, 'perSecond');
  const own = `${name}: ${perSecond.toFixed(0)}/s, p50 ${of(name, 'p50').toFixed(2)} ms, p99 ${of(name, 'p99').toFixed(2)} ms`;
  if (against === undefined) return own;
  const ratio = perSecond / of(against, 'perSecond');
  const added = (member: 'p50' | 'p99') => (of(name, member) - of(against, member)).toFixed(2);
  return `${own}; ${ratio.toFixed(2)} of ${against}, added p50 ${added('p50')} ms, p99 ${added('p99')} ms; ${of(name, 'microseconds').toFixed(0)} µs of processor a request`;
}
