import { Agent, request } from 'undici';
import type { StandInAccount } from '../../src/models/index.js';
import { temporaryFolder } from '../e2e/command.js';
import { queryLedger } from '../e2e/service-ledger.js';
import { inParallel, modelsBehind, serve, WIRES } from '../e2e/serving.js';
import { median } from './machine.js';
import { residentMib, startSimulated } from './service-load.js';

const REQUESTS = Number(process.env.SWITCHYARD_SERVICE_LONG ?? 200_000);
const AT_ONCE = 32;
const SAMPLES = 40;
/** One request in twenty fails at the upstream. */
const FAULTS = [
  '--rate-limit',
  '0.015',
  '--server-error',
  '0.02',
  '--truncate',
  '0.01',
  '--hang',
  '0.005',
];

interface Counted {
  readonly operations: number;
  readonly attempts: number;
  readonly arrived: number;
  readonly arrived_cost: number;
  readonly statuses: string;
}

/**
 * 200,000 requests, streamed and not, in both formats, with 5 % faults at the upstream: whether every
 * response is accounted for, whether the ledger equals the upstream's account, and whether memory
 * stays flat once the cache is full.
 */
export async function serviceLong(): Promise<string> {
  const folder = temporaryFolder();
  const upstream = await startSimulated(folder.path, FAULTS);
  try {
    const [open, anthro] = modelsBehind(upstream.url, { timeout_seconds: 0.5 });
    const served = await serve(folder.path, {
      config: { models: [open, anthro], cache: { max_entries: 2_000 } },
      args: ['--log-level', 'error'],
    });
    const agent = new Agent({ connections: AT_ONCE });
    const statuses = new Map<number, number>();
    const samples: number[] = [];
    let unnamed = 0;
    let unanswered = 0;
    let done = 0;
    const began = performance.now();
    await inParallel(REQUESTS, AT_ONCE, async (index) => {
      const { path, body } = WIRES[index % 2]!;
      const model = index % 4 < 2 ? 'open/small' : 'anthro/medium';
      const text = `Request ${index} of a long run, which is like all the others but for its number.`;
      try {
        const answered = await request(`${served.url}${path}`, {
          dispatcher: agent,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body(model, text, { stream: index % 8 < 4 })),
        });
        await answered.body.dump({ limit: 1e9 });
        statuses.set(answered.statusCode, (statuses.get(answered.statusCode) ?? 0) + 1);
        if (answered.headers['x-switchyard-operation'] === undefined) unnamed++;
      } catch {
        unanswered++;
      }
      if (++done % Math.ceil(REQUESTS / SAMPLES) === 0) samples.push(residentMib(served.pid).now);
    });
    const seconds = (performance.now() - began) / 1000;
    const { peak } = residentMib(served.pid);
    await agent.close();
    const { code } = await served.stop();
    const account = (await (await fetch(`${upstream.url}/account`)).json()) as StandInAccount;
    const [ledger] = await queryLedger<Counted>(
      folder.path,
      `SELECT
        (SELECT count(*) FROM operations)::INTEGER AS operations,
        (SELECT count(*) FROM usage)::INTEGER AS attempts,
        (SELECT count(*) FROM usage WHERE NOT estimated)::INTEGER AS arrived,
        (SELECT sum(cost_nano_usd) FROM usage WHERE NOT estimated)::DOUBLE AS arrived_cost,
        (SELECT string_agg(status || ': ' || n, ', ' ORDER BY status)
          FROM (SELECT status, count(*) AS n FROM operations GROUP BY status)) AS statuses`,
    );
    const { delivered, undelivered } = account.billed;
    const shown = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`);
    const quarter = samples.length / 4;
    const quarters = [0, 1, 2, 3].map((nth) =>
      median(samples.slice(nth * quarter, (nth + 1) * quarter)).toFixed(0),
    );
    return [
      `service-long: ${REQUESTS} requests, ${AT_ONCE} at once, in ${seconds.toFixed(0)} s (${(REQUESTS / seconds).toFixed(0)}/s), exit ${code}`,
      `responses by status: ${shown.join(', ')}; without an operation's id ${unnamed}, broken off ${unanswered}`,
      `ledger: ${ledger?.operations} operations (${ledger?.statuses}), ${ledger?.attempts} attempts`,
      `attempts whose usage arrived: ledger ${ledger?.arrived} at ${ledger?.arrived_cost} nano-dollars, account ${delivered.attempts} at ${delivered.cost}; estimated: ledger ${(ledger?.attempts ?? 0) - (ledger?.arrived ?? 0)}, account ${undelivered.attempts}`,
      `resident: median of each quarter ${quarters.join(', ')} MiB, peak ${peak.toFixed(0)}`,
    ].join('\n');
  } finally {
    upstream.stop();
    folder.remove();
  }
}
