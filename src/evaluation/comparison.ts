/** A mean with its 95 % interval; null where undefined. */
export interface Estimate {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Where one policy lands on one split. In cross-fitting a row is a procedure, refitted on each fold:
 * settings of a dial are matched over folds by name, or by position (`7of33`), `router@tuned`
 * is the setting that each fold's tune part chose, and `best@tuned` the router too.
 */
export interface Tradeoff {
  readonly policy: string;
  readonly router: string;
  readonly dial: string;
  /** `test`, or `cross-fit` where every prompt was tested once out of fold. */
  readonly split: 'test' | 'cross-fit';
  readonly prompts: number;
  readonly quality: Estimate;
  /** Null estimates unless the cost basis is `usd`. */
  readonly costUsdPer1k: Estimate;
  /** Mean cost a prompt in the cost basis; null where there is none. */
  readonly cost: Estimate;
  /** Paired with the reference model. */
  readonly qualityDelta: Estimate;
  /** 1 − cost / cost of the reference. */
  readonly costSaving: Estimate;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
  /** Share of prompts by the model that gave the final answer. */
  readonly shares: Readonly<Record<string, number>>;
  readonly chosenOnTune: boolean;
  /** No other tradeoff of this comparison is at least as good on both axes and better on one (oracle aside). */
  readonly frontier: boolean;
}

export interface RouterMetrics {
  readonly router: string;
  readonly aiq: Estimate;
  readonly aiqLog: Estimate;
  readonly aiqPaper: Estimate;
  readonly apgr: Estimate;
  readonly cpt50: Estimate;
  readonly cpt80: Estimate;
  readonly costSave: Estimate;
}

export interface VerdictCheck {
  /** `quality`, `cost` or `mixture`: the three tests of the protocol. */
  readonly name: 'quality' | 'cost' | 'mixture';
  readonly text: string;
  readonly estimate: Estimate;
  /** What the one-sided bound is held against. */
  readonly threshold: number;
  readonly pValue: number | null;
  readonly holds: boolean;
}

export interface ComparisonVerdict {
  readonly answer: 'route' | 'do_not_route' | 'too_close';
  /** The candidate where the answer is `route`, the model to use where it is `do_not_route`. */
  readonly policy: string;
  readonly text: string;
  readonly margin: number;
  readonly alpha: number;
  /** Share of prompts on which candidate and reference score differently. */
  readonly discordance: number | null;
  /** Prompts in all that would settle it at 80 % power; null where it is settled, or no number would. */
  readonly nNeeded: number | null;
  readonly checks: readonly VerdictCheck[];
}

/**
 * One router's operating point against the reference and against the random mixture at its cost.
 * p-values are one-sided; the adjusted ones are Holm's, over all routers of the comparison.
 */
export interface OperatingPointTest {
  readonly router: string;
  readonly policy: string;
  /** `reference`: the quality drop is within the margin. `mixture`: the gain is above 0. */
  readonly against: 'reference' | 'mixture';
  readonly difference: Estimate;
  readonly pValue: number | null;
  readonly pAdjusted: number | null;
}

/** One domain of the test part. */
export interface DomainResult {
  readonly domain: string;
  /** Prompts by part, to show how even the split came out; averaged over folds in cross-fitting. */
  readonly fit: number;
  readonly tune: number;
  readonly test: number;
  readonly testGroups: number;
  /** The reference model's quality here. */
  readonly reference: Estimate;
  /** Quality of the lookup of the best model by domain; null where it could not run. */
  readonly perDomain: Estimate | null;
  /** The verdict's candidate; null where there is none. */
  readonly candidate: Estimate | null;
  /** Its quality less that of a random mixture of models at its cost, both in this domain. */
  readonly gain: Estimate | null;
}

/** What is left of a gain once domains are looked at one by one: telling them apart gains nothing here. */
export interface WithinDomains {
  /** The verdict's candidate; null where there is none. */
  readonly policy: string | null;
  /** The gains of all domains, averaged by prompts. */
  readonly gain: Estimate | null;
  /** Quality of the candidate less that of the lookup by domain, over all prompts. */
  readonly overPerDomain: Estimate | null;
  readonly domains: readonly DomainResult[];
}

/** Everything a comparison found; `reports` shows it, the store keeps it. */
export interface Comparison {
  readonly run: string;
  readonly runName: string;
  readonly simulated: boolean;
  readonly seed: number;
  readonly splitSeed: number;
  readonly splits: {
    readonly fit: number;
    readonly tune: number;
    readonly test: number;
    /** 1 for a plain split; 5 for cross-fitting. */
    readonly folds: number;
    readonly groups: number;
    /** Groups of the test part, over which the intervals are. */
    readonly testGroups?: number;
  };
  readonly costBasis: 'usd' | 'call_share' | 'none';
  readonly judge: string;
  readonly calibrated: boolean;
  /** The model with the highest mean on tune. */
  readonly reference: string;
  readonly verdict: ComparisonVerdict;
  readonly tradeoffs: readonly Tradeoff[];
  readonly metrics: readonly RouterMetrics[];
  /** Mean cost of the cheapest and of the dearest hull model on fit and tune (averaged over folds): what AIQ averages over. */
  readonly costRange?: readonly [number, number] | null;
  /** Absent or null where prompts declare fewer than two domains. */
  readonly withinDomains?: WithinDomains | null;
  /** Ids of the routers that were asked for, left out ones too: what an export must fit again. */
  readonly routers?: readonly string[];
  /** Whether failed answers scored 0 or left the comparison. */
  readonly failed?: 'zero' | 'exclude';
  readonly operatingPoints?: readonly OperatingPointTest[];
  /** Routers that could not run on this data, and why. */
  readonly leftOut: readonly { readonly router: string; readonly reason: string }[];
  readonly warnings: readonly string[];
  /** How often this test part has been read, this time included. */
  readonly testReadings: number;
  readonly bootstrap: number;
  readonly provenance: {
    readonly dataHash: string;
    readonly codeVersion: string;
    readonly prompts: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly createdAt: string;
  };
}
