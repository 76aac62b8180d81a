import type { SignalSpec } from '../features/index.js';
import type { Policy } from '../policies/index.js';
import type { RoutingTable } from './routing-table.js';
import { definitionOf } from './signal-definitions.js';

interface Interval {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What a table takes over from the comparison that its policy comes from. */
export interface ComparedWith {
  readonly run: string;
  readonly simulated: boolean;
  readonly seed: number;
  readonly splitSeed: number;
  readonly judge: string;
  /** 1 for a plain split; more for cross-fitting. */
  readonly splits: { readonly folds: number };
  readonly verdict: { readonly text: string };
  readonly warnings: readonly string[];
  readonly provenance: {
    readonly dataHash: string;
    readonly codeVersion: string;
    readonly prompts: number;
  };
}

/** Where the comparison saw the policy land. */
export interface LandedAt {
  readonly quality: Interval;
  readonly costUsdPer1k: Interval;
  readonly shares: Readonly<Record<string, number>>;
}

export interface RoutingTableParts {
  readonly name: string;
  readonly policy: Policy;
  /** Which prompts the policy was fitted on. */
  readonly fittedOn: 'fit' | 'everything';
  readonly comparison: ComparedWith;
  /** Null where the comparison did not report this policy. */
  readonly tradeoff: LandedAt | null;
  /** Of a router in a user's own file; its path is relative to where the table will stand. */
  readonly routerFile?: RoutingTable['router_file'];
  /** Where what the policy needs comes from; others are passed over. */
  readonly signals?: readonly SignalSpec[];
  readonly now: Date;
}

const UNKNOWN: Interval = { mean: null, low: null, high: null };

const interval = ({ mean, low, high }: Interval): Interval => ({ mean, low, high });

/** Puts a policy and where it comes from into a routing table. */
export function buildRoutingTable(parts: RoutingTableParts): RoutingTable {
  const { name, policy, fittedOn, comparison, tradeoff, routerFile, signals = [], now } = parts;
  const needed = policy.needs.signals ?? [];
  const { router, dial, models, parameters } = policy.toDocument();
  return {
    format: 'switchyard-routing-table',
    format_version: 1,
    name,
    created_at: now.toISOString(),
    simulated: comparison.simulated,
    policy: { id: policy.id, router, dial, models, parameters },
    ...(routerFile === undefined ? {} : { router_file: routerFile }),
    needs: {
      domain: policy.needs.domain,
      answers: policy.needs.answers,
      ...(needed.length === 0 ? {} : { signals: needed }),
    },
    ...(needed.length === 0
      ? {}
      : { signals: signals.map(definitionOf).filter(({ id }) => needed.includes(id)) }),
    expected: {
      quality: interval(tradeoff?.quality ?? UNKNOWN),
      cost_usd_per_1k: interval(tradeoff?.costUsdPer1k ?? UNKNOWN),
      shares: tradeoff?.shares ?? {},
      describes: fittedOn === 'fit' && comparison.splits.folds === 1 ? 'policy' : 'procedure',
    },
    provenance: {
      run: comparison.run,
      data_hash: comparison.provenance.dataHash,
      seed: comparison.seed,
      split_seed: comparison.splitSeed,
      fitted_on: fittedOn,
      prompts: comparison.provenance.prompts,
      judge: comparison.judge,
      code_version: comparison.provenance.codeVersion,
      verdict: comparison.verdict.text,
      warnings: comparison.warnings,
    },
  };
}
