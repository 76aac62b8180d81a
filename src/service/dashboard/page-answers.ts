// What the service's own endpoints answer, as far as the dashboard shows it. `/openapi.json` has all.

export interface Health {
  readonly simulated: boolean;
  /** Only for whoever has a key, where keys are asked for. */
  readonly version?: string;
  readonly table?: { readonly name: string; readonly policy: string } | null;
  readonly models?: readonly string[];
}

export interface SpendingRow {
  readonly operations: number;
  readonly unknown: number;
  readonly cost: number;
  readonly cache_saving: number;
  readonly simulated_operations: number;
  readonly simulated_unknown: number;
  readonly simulated_cost: number;
  readonly simulated_cache_saving: number;
}

export interface DailyCosts {
  readonly start_date: string;
  readonly end_date: string;
  /** Null for everybody's. */
  readonly tenant: string | null;
  readonly days: readonly (SpendingRow & { readonly date: string })[];
}

export interface CostReport {
  readonly rows: readonly (SpendingRow & {
    readonly day?: string | null;
    readonly model?: string | null;
  })[];
  readonly suggestions: readonly Suggestion[];
  /** What could not be computed. */
  readonly notes: readonly string[];
}

export interface Suggestion {
  readonly title: string;
  readonly text: string;
  readonly count: number;
  readonly of: number;
  readonly saving_usd: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
  } | null;
  readonly assumption: string | null;
  readonly simulated: boolean;
  readonly query: string;
  readonly parameters: Readonly<Record<string, string | number | null>>;
  readonly computed: string | null;
}

export interface Saving {
  readonly requests: number;
  readonly saving: number;
  readonly unknown: number;
}

export interface Activity {
  readonly days: readonly {
    readonly date: string;
    readonly simulated: boolean;
    readonly requests: number;
    readonly failed: number;
    readonly left: number;
    readonly exact: Saving;
    readonly similar: Saving;
    readonly compression: Saving & { readonly tokens: number };
  }[];
}

export interface CacheStats {
  readonly enabled: boolean;
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly hit_rate: number | null;
  readonly semantic?: {
    readonly threshold: number;
    readonly max_false_hits: number | null;
    readonly hits: number;
    readonly unembedded: number;
    readonly refused: Readonly<Record<string, number>>;
  } | null;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface DriftFigure {
  readonly expected: Interval | null;
  readonly live: Interval | null;
  readonly n: number;
  readonly status: string;
}

export interface Drift {
  readonly quality: DriftFigure;
  readonly cost_usd_per_1k: DriftFigure;
  readonly shares: Readonly<Record<string, DriftFigure>>;
  readonly since: string;
  readonly simulated: boolean;
}

export interface Learning {
  readonly adapting: {
    readonly policy: string;
    readonly learned: number;
    readonly passed_over: number;
    readonly lost: number;
    readonly models:
      | readonly {
          readonly model: string;
          readonly scores: number;
          readonly quality: number | null;
          readonly cost: number | null;
        }[]
      | null;
  } | null;
  readonly exploring: {
    readonly share: number;
    readonly dearer: boolean;
    readonly routed: number;
    readonly strayed: number;
  };
  readonly judging: {
    readonly model: string;
    readonly share: number;
    readonly drawn: number;
    readonly scored: number;
    readonly unscored: number;
    readonly waiting: number;
  } | null;
}

export interface ListedOperation {
  readonly id: string;
  readonly received_at: string;
  readonly tenant: string;
  readonly tag: string | null;
  readonly endpoint: string;
  readonly requested_model: string;
  readonly model: string | null;
  readonly simulated: boolean;
  readonly cause: string | null;
  readonly cache: string;
  readonly cache_entry: string | null;
  readonly similarity: number | null;
  readonly streamed: boolean;
  readonly status: number;
  readonly error: string | null;
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
  readonly cost: number | null;
  readonly cache_saving: number | null;
  readonly tokens_removed: number;
  readonly policy: string | null;
  readonly routing: {
    readonly table: string;
    readonly domain: string | null;
    readonly steps: readonly {
      readonly step: string;
      readonly model: string | null;
      readonly propensity: number;
      readonly eligible: readonly string[];
      readonly probabilities: readonly number[] | null;
    }[];
  } | null;
}
