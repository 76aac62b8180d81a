import {
  type OffPolicyMethod,
  offPolicyDifference,
  offPolicyMean,
} from '../../src/statistics/index.js';
import { type LogWorld, simulatedLog, TRUTH } from '../statistics/simulated-log.js';

const LOGS = Number(process.env.SWITCHYARD_LOGS ?? 500);
const METHODS: readonly OffPolicyMethod[] = ['ips', 'snips', 'doubly_robust'];

const world = (
  operations: number,
  explored: number,
  judged: number,
  rest: Partial<LogWorld> = {},
): LogWorld => ({ operations, explored, judged, repeats: 2, bias: 0.1, ...rest });

const WORLDS: readonly LogWorld[] = [
  world(2000, 0.2, 0.2),
  world(5000, 0.05, 0.2),
  world(10_000, 0.05, 0.2),
  world(10_000, 0.05, 0.2, { repeats: 8 }),
  world(10_000, 0.05, 0.2, { bias: 0 }),
  world(10_000, 0.05, 0.1, { lost: 0.2 }),
  world(20_000, 0.05, 0.05),
  world(40_000, 0.05, 0.02),
];

/**
 * Do estimates from the log of a service hold? Logs drawn from traffic whose truth is known, a chosen
 * model called in 95 of 100 cases and one answer of five to fifty judged. Goal: intervals cover 93 to 97 %.
 */
export async function offPolicy(): Promise<string> {
  const lines = [
    `off-policy: ${LOGS} logs a row; percent covered ± ${(196 * Math.sqrt((0.95 * 0.05) / LOGS)).toFixed(1)} around 95`,
    'operations explored judged repeats forecast lost | method          mean  difference  half-width  decisive',
  ];
  for (const one of WORLDS) {
    for (const [at, method] of METHODS.entries()) {
      const seen = coverage(one, method);
      const where =
        at > 0
          ? ''
          : [
              String(one.operations).padStart(10),
              String(one.explored).padStart(8),
              String(one.judged).padStart(6),
              String(one.repeats).padStart(7),
              `+${one.bias}`.padStart(8),
              String(one.lost ?? 0).padStart(4),
            ].join(' ');
      lines.push(
        `${where.padEnd(48)} | ${method.padEnd(13)} ${(100 * seen.mean).toFixed(1).padStart(6)}  ${(100 * seen.difference).toFixed(1).padStart(10)}  ${seen.reach.toFixed(4).padStart(10)}  ${seen.decisive.toFixed(0).padStart(8)}`,
      );
    }
  }
  return lines.join('\n');
}

function coverage(of: LogWorld, method: OffPolicyMethod) {
  const totals = { mean: 0, difference: 0, reach: 0, decisive: 0 };
  for (let seed = 1; seed <= LOGS; seed++) {
    const { choices, quality, target, present } = simulatedLog(of, seed);
    const own = offPolicyMean(choices, quality, target, { method });
    const apart = offPolicyDifference(choices, quality, target, present, { method });
    if (own.low! <= TRUTH.quality && TRUTH.quality <= own.high!) totals.mean++;
    if (apart.low! <= TRUTH.difference && TRUTH.difference <= apart.high!) totals.difference++;
    totals.reach += (apart.high! - apart.low!) / 2;
    totals.decisive += apart.decisive;
  }
  return {
    mean: totals.mean / LOGS,
    difference: totals.difference / LOGS,
    reach: totals.reach / LOGS,
    decisive: totals.decisive / LOGS,
  };
}
