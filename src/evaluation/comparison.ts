import type { SignalSpec } from '../features/index.js';

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
  /** Of a model alone: the best on tune, or the cheapest on fit and tune; absent for all others. */
  readonly role?: 'reference' | 'cheapest';
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
  /** Test prompts and their groups, over which the intervals are. */
  readonly prompts?: number;
  readonly groups?: number;
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
  readonly prompts?: number;
  readonly groups?: number;
}

/** One metric of one router less that of another, on the same resamples. */
export interface MetricDifference {
  readonly metric: 'aiq' | 'apgr' | 'quality';
  readonly router: string;
  /** Fixed beforehand, or chosen on tune: `per-domain` (for quality, its top setting `per-domain@best`), or the router that `role` describes. */
  readonly against: string;
  /** `lookup`: best model per domain with its dial. `best_single_shot`, `best_member`: highest AIQ on tune among those. */
  readonly role: 'lookup' | 'best_single_shot' | 'best_member';
  readonly difference: Estimate;
  readonly prompts: number;
  readonly groups: number;
}

/** How a router's forecasts compare with what came out, on test, at its operating point. */
export interface RouterCalibration {
  readonly router: string;
  readonly policy: string;
  /** `quality`: of the model called, before the call. `answer`: a verifier's confidence in an answer. */
  readonly of: 'quality' | 'answer';
  readonly prompts: number;
  readonly groups: number;
  /** Equal shares of the forecasts, ascending. */
  readonly bins: readonly {
    readonly forecast: number;
    readonly realised: Estimate;
    readonly count: number;
  }[];
  /** Expected calibration error: mean distance of forecast and realised, weighted by bin. */
  readonly ece: Estimate;
  /** Mean squared distance of forecast and score. */
  readonly brier: Estimate;
  /** Mean predicted and realised cost a prompt in the cost basis; null where costs are not forecast. */
  readonly cost: { readonly forecast: number; readonly realised: Estimate } | null;
}

/** What a share of the fit part is enough for. One router, refitted on nested samples of groups. */
export interface LearningCurve {
  readonly router: string;
  readonly points: readonly {
    /** Share of the fit part's groups. */
    readonly share: number;
    readonly fit: number;
    /** The operating point that tune chose. */
    readonly policy: string;
    readonly quality: Estimate;
    readonly cost: Estimate;
    readonly aiq: Estimate;
  }[];
}

/** An online router from nothing, over seeded orders of arrival. A spread over orders is no interval. */
export interface PrequentialResult {
  readonly router: string;
  readonly dial: string;
  readonly orders: number;
  readonly prompts: number;
  /** Means over orders of the value, quality less weighed cost, and their smallest and largest. */
  readonly value: Spread;
  readonly quality: Spread;
  readonly cost: Spread;
  /** Value a prompt of the best single model in hindsight less its own. */
  readonly regret: Spread;
  /** That model. */
  readonly against: string;
  /** Cumulative regret, mean over orders, at evenly spaced arrivals. */
  readonly curve: readonly { readonly arrivals: number; readonly regret: number }[];
}

export interface Spread {
  readonly mean: number;
  readonly smallest: number;
  readonly largest: number;
}

/** What the user asked of a policy. Cost in US dollars per 1,000 prompts. */
export interface Constraint {
  readonly maxCostUsdPer1k?: number;
  readonly minQuality?: number;
  /** Largest drop of mean quality against the reference. */
  readonly qualityDrop?: number;
}

/** The policy that satisfies the constraint on tune, and whether it does on test. */
export interface Choice {
  readonly constraint: Constraint;
  /** Id of its row among the tradeoffs; null where nothing satisfies the constraint on tune. */
  readonly policy: string | null;
  /** Means on tune, averaged over folds; null with `policy`. */
  readonly tune: { readonly quality: number; readonly costUsdPer1k: number | null } | null;
  /** The means on test satisfy it. */
  readonly met: boolean;
  /** One sentence. */
  readonly text: string;
}

/** A model's quality in a later run against the first run named, over shared prompts. */
export interface Regression {
  readonly model: string;
  readonly from: string;
  readonly to: string;
  readonly difference: Estimate;
  readonly prompts: number;
  readonly groups: number;
  /** The whole interval lies below −margin. */
  readonly regressed: boolean;
}

/**
 * What a compression of the prompts does to one model, paired over all prompts that every model
 * answered with and without every compression: nothing is fitted or chosen, so that all of them count.
 */
export interface VariantResult {
  readonly model: string;
  /** The compression's label. */
  readonly variant: string;
  readonly prompts: number;
  readonly groups: number;
  /** Prompts left out for all alike, as some answer lacks a score or a price. */
  readonly dropped: number;
  /** Of the prompts, those that it sends otherwise. */
  readonly changed: number;
  readonly quality: Estimate;
  readonly qualityWithout: Estimate;
  /** Quality with it less that without. */
  readonly difference: Estimate;
  /** Null estimates unless the cost basis is `usd`. */
  readonly costUsdPer1k: Estimate;
  readonly costUsdPer1kWithout: Estimate;
  /** 1 − cost with it / cost without. */
  readonly costSaving: Estimate;
  /** Mean tokens sent a prompt; null where unknown. */
  readonly inputTokens: number | null;
  readonly inputTokensWithout: number | null;
  /** One-sided, of "it loses the margin or does not cost less": the larger of both tests'. */
  readonly pValue: number | null;
  /** Holm's, over all variants and models of the comparison. */
  readonly pAdjusted: number | null;
  readonly answer: 'pays' | 'does_not_pay' | 'too_close';
  /** One sentence. */
  readonly text: string;
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
  readonly metricDifferences?: readonly MetricDifference[];
  readonly calibration?: readonly RouterCalibration[];
  readonly learningCurve?: LearningCurve | null;
  readonly prequential?: readonly PrequentialResult[];
  readonly choice?: Choice | null;
  /** Of a comparison of several runs: all of them, the first first. */
  readonly runs?: readonly { readonly id: string; readonly name: string }[];
  readonly regressions?: readonly Regression[];
  /** Compressions of the prompts that were measured with every model; none of them is routed to. */
  readonly variants?: readonly VariantResult[];
  /** US dollars a call that the user assumed, by model. */
  readonly assumedPrices?: Readonly<Record<string, number>> | null;
  /** Whole domains were held out: the test prompts' domains were never learned from. */
  readonly outOfDomain?: boolean;
  /** Routers from a user's own files. */
  readonly routerFiles?: readonly {
    readonly router: string;
    readonly path: string;
    readonly sha256: string;
  }[];
  /** Embeddings that were asked for beside what the experiment says. */
  readonly embeddings?: {
    readonly spec: SignalSpec;
    /** What routers that can rest on them and whose settings do not say were set to. */
    readonly features?: string;
  };
  /** Settings of each router's dial. */
  readonly dials?: number;
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
