import type { ServedTuning } from '../evaluation/index.js';
import { type RoutingTable, tunedRoutingTable } from '../tables/index.js';
import { version } from '../version.js';
import type { ServedTraffic } from './served-operations.js';

/** All that `tune` found. */
export interface TuningReport {
  readonly tuning: ServedTuning;
  readonly traffic: ServedTraffic;
  /** Id of the policy as it stands. */
  readonly present: string;
  readonly margin: number;
  readonly aim: 'cost' | 'quality';
}

interface Interval {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const clipped = ({ mean, low, high }: Interval, most: number): Interval => {
  const clip = (value: number | null): number | null =>
    value === null ? null : Math.min(most, Math.max(0, value));
  return { mean: clip(mean), low: clip(low), high: clip(high) };
};

const per1k = ({ mean, low, high }: Interval): Interval => {
  const times = (value: number | null): number | null => (value === null ? null : 1000 * value);
  return { mean: times(mean), low: times(low), high: times(high) };
};

/** Quality and cost of the policy as it stands and of the one chosen, in the units of reports. */
function figures({ tuning }: TuningReport) {
  const { estimate, present } = tuning;
  const of = (one: typeof present) => ({
    quality: clipped(one.quality, 1),
    cost_usd_per_1k: clipped(per1k(one.costUsd), Number.POSITIVE_INFINITY),
  });
  if (estimate === null) return { present: of(present), tuned: null, change: null };
  const { mean, low, high } = estimate.qualityChange;
  const change = { quality: { mean, low, high }, cost_usd_per_1k: per1k(estimate.costUsdChange) };
  return { present: of(present), tuned: of(estimate), change };
}

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** What it came to, in a sentence or two. */
function verdictText({ tuning, margin, aim, traffic }: TuningReport): string {
  const { outcome, policy, operationsNeeded: needed } = tuning;
  const lost =
    aim === 'cost' ? `its quality stays within ${margin} at a lower cost` : 'its quality is higher';
  const more =
    needed === null ? '' : `; about ${plural(needed, 'operation')} like these would settle it`;
  const by = `according to judge ${traffic.judge}`;
  const sentences = {
    proposed: `${policy?.id}: ${by}, ${lost}`,
    too_close: `No table is written: ${by}, ${policy?.id} looked best on the prompts it was chosen on, and the others leave open whether ${lost}${more}`,
    not_better: `No table is written: ${by}, no other setting is better${policy === null ? '' : ` (${policy.id}, chosen on one part of the prompts, is not on the other)`}`,
    too_few: `No table is written: too few answers were judged where settings decide differently${more}, or raise explore and the judge's share`,
  };
  return `${traffic.simulated ? 'SIMULATED: ' : ''}${sentences[outcome]}`;
}

const CAVEAT =
  'calibrated: false; what the judge gets wrong is not in the intervals, nor are near-duplicates other than the very same prompt';

/** The table to try, with what estimates say of it. */
export function tunedTable(
  before: RoutingTable,
  report: TuningReport,
  { seed, now }: { readonly seed: number; readonly now: Date },
): RoutingTable {
  const { tuning, traffic } = report;
  const { tuned } = figures(report);
  const { operations, prompts } = tuning.test;
  return tunedRoutingTable(before, {
    policy: tuning.policy!,
    expected: { ...tuned!, shares: tuning.shares! },
    simulated: traffic.simulated,
    prompts,
    judge: traffic.judge,
    seed,
    codeVersion: version,
    verdict: verdictText(report),
    warnings: [
      `its dial was tuned on service traffic from ${traffic.from} to ${traffic.to}: ${plural(tuning.tune.operations, 'operation')} to choose on, ${plural(operations, 'operation')} of ${plural(prompts, 'prompt')} to estimate from, of which ${tuning.test.judged} judged; the router itself was fitted on the run named here`,
      `what is expected are off-policy estimates according to judge ${traffic.judge} (${CAVEAT})`,
      ...(traffic.simulated ? ['the traffic was simulated: never evidence'] : []),
    ],
    now,
  });
}

/** `--json`. */
export function tuningJson(
  report: TuningReport,
  written: { readonly table: string; readonly sha256: string } | null,
) {
  const { tuning, traffic, present, margin, aim } = report;
  const { estimate, policy, outcome, shares, tune, test, candidates, operationsNeeded } = tuning;
  return {
    outcome,
    text: verdictText(report),
    aim,
    margin,
    simulated: traffic.simulated,
    judge: traffic.judge,
    calibrated: false,
    window: { from: traffic.from, to: traffic.to },
    parts: { tune, test },
    candidates,
    policy: { present, tuned: policy?.id ?? null },
    ...figures(report),
    shares,
    evidence:
      estimate === null
        ? null
        : {
            method: estimate.quality.method,
            judged: estimate.quality.observed,
            decisive: estimate.qualityChange.decisive,
            effective: estimate.quality.effective,
            largest_share: estimate.quality.largestShare,
            unsupported: estimate.qualityChange.unsupported,
          },
    operations_needed: operationsNeeded,
    table: written?.table ?? null,
    sha256: written?.sha256 ?? null,
    notes: traffic.notes,
  };
}

function shown({ mean, low, high }: Interval, digits: number, sign = false): string {
  if (mean === null) return 'unknown';
  const number = (value: number): string =>
    `${sign && value >= 0 ? '+' : ''}${value.toFixed(digits)}`;
  return low === null || high === null
    ? number(mean)
    : `${number(mean)} [${number(low)}, ${number(high)}]`;
}

/** For a person. */
export function tuningText(
  report: TuningReport,
  written: { readonly table: string; readonly sha256: string } | null,
): string {
  const { tuning, traffic, present } = report;
  const { tune, test, estimate, policy, candidates } = tuning;
  const of = figures(report);
  const lines = [
    verdictText(report),
    '',
    `${plural(tune.operations, 'operation')} to choose on (${tune.judged} judged), ${plural(test.operations, 'operation')} of ${plural(test.prompts, 'prompt')} to report on (${test.judged} judged), from ${traffic.from} to ${traffic.to}`,
    `${candidates.all} settings; ${candidates.same} decide alike, ${candidates.unsupported} as was never explored, ${candidates.indistinct} differ where too few were judged`,
    `  ${present} as it is, without what the service explores: quality ${shown(of.present.quality, 3)}, US dollars per 1,000 ${shown(of.present.cost_usd_per_1k, 4)}`,
  ];
  if (estimate !== null && policy !== null) {
    lines.push(
      `  ${policy.id}: quality ${shown(of.tuned!.quality, 3)}, US dollars per 1,000 ${shown(of.tuned!.cost_usd_per_1k, 4)}`,
      `  change: quality ${shown(of.change!.quality, 4, true)}, US dollars per 1,000 ${shown(of.change!.cost_usd_per_1k, 4, true)}`,
      `  95 % intervals by ${estimate.quality.method}; ${estimate.qualityChange.decisive} decisive scores, worth ${estimate.quality.effective.toFixed(0)} equally weighted ones, the heaviest bears ${(100 * estimate.quality.largestShare).toFixed(1)} %`,
      `  ${CAVEAT}`,
    );
  }
  if (written !== null) lines.push('', written.table, `  sha256 ${written.sha256}`);
  return `${lines.join('\n')}\n`;
}
