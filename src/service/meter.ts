import {
  approximateTokens,
  type ModelPricing,
  type NanoUsd,
  priceUsage,
  type Reservation,
  type TokenUsage,
  type UsageRecord,
  worstCost,
} from '../costs/index.js';
import {
  type Clock,
  expectedInputTokens,
  ModelError,
  type Upstream,
  worstInputTokens,
} from '../models/index.js';
import { type ChatPart, WireRequestError } from '../wire/index.js';
import type { LimitedRequest } from './request-limits.js';
import type { Tenant, TenantGate } from './tenants.js';

/** Under which run the service books. */
export const SERVICE_RUN = 'service';

/** What is known of an answer that did not come to its end. */
export interface Seen {
  /** As the provider said at the start; null where it did not. */
  readonly inputTokens: number | null;
  readonly parts: readonly ChatPart[];
  /** The count, where it came before the answer ended. */
  readonly usage: TokenUsage | null;
}

/** Money set aside for one attempt under way. Call exactly one of the two, once. */
export interface OpenAttempt {
  readonly upstream: Upstream;
  /** @param usage null where the provider sent none: the texts are counted, roughly */
  answered(usage: TokenUsage | null, parts: readonly ChatPart[]): void;
  /**
   * Books what may have been billed. Where part of an answer came, what is known of it: the input,
   * and the output so far, as a provider stops soon after its reader. Where none came, the worst
   * case: it may have been generated whole, and nothing says how long it was.
   */
  failed(error: unknown, seen: Seen | null): void;
}

export interface MeterOptions {
  readonly operationId: string;
  readonly tenant: Tenant;
  readonly gate: TenantGate;
  readonly clock: Clock;
}

/** The attempts of one operation and what they cost. */
export class Meter {
  readonly #options: MeterOptions;
  readonly #records: UsageRecord[] = [];
  /** Those of the records that no answer is owed to. */
  readonly #beside = new Set<UsageRecord>();
  #attempts = 0;
  /** What is still being metered; null for nothing. */
  #awaited: Promise<unknown> | null = null;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  get records(): readonly UsageRecord[] {
    return this.#records;
  }

  /** The sum of all attempts; null where one of them is unknown. */
  get cost(): NanoUsd | null {
    return sumOf(this.#records);
  }

  /**
   * What is not paid again where the answer is repeated: attempts that failed were bad luck, and what
   * looking for an answer costs is paid at each look.
   */
  get costOfAnswer(): NanoUsd | null {
    return sumOf(
      this.#records.filter((record) => record.error === null && !this.#beside.has(record)),
    );
  }

  /** Meters what is paid for this operation but is no part of what its answer costs. */
  get besideTheAnswer(): Pick<Meter, 'reserve' | 'add'> {
    return {
      reserve: (worst) => this.reserve(worst),
      add: (records) => {
        for (const record of this.#added(records)) this.#beside.add(record);
      },
    };
  }

  /** @throws BudgetReached where the worst case of the attempt does not fit; nothing was sent */
  open(upstream: Upstream, chat: LimitedRequest): OpenAttempt {
    const { clock, gate, tenant } = this.#options;
    const { maxTokens } = chat.parameters;
    const inputTokens = worstInputTokens(chat);
    const worst = worstCost({ inputTokens, maxTokens }, upstream.pricing);
    const reservation = gate.reserve(tenant, worst);
    const attempt = ++this.#attempts;
    const start = clock.now();
    const book = (
      usage: TokenUsage,
      cost: NanoUsd | null,
      { estimated, error }: { readonly estimated: boolean; readonly error: string | null },
    ): void => {
      this.#records.push({
        operationId: this.#options.operationId,
        attempt,
        runId: SERVICE_RUN,
        purpose: 'candidate',
        origin: upstream.origin,
        model: upstream.id,
        usage,
        cost,
        estimated,
        pricing: upstream.pricing,
        error,
        startedAt: new Date(start).toISOString(),
        latencyMs: Math.max(0, clock.now() - start),
      });
      // Against a budget, what is unknown counts as the worst.
      reservation.settle(cost ?? Math.max(worst, standardPrice(usage, upstream.pricing) ?? 0));
    };
    const bookKnown = (
      usage: TokenUsage | null,
      parts: readonly ChatPart[],
      told: number | null,
      error: string | null,
    ): void => {
      const counted = usage ?? {
        ...NO_TOKENS,
        input: told ?? expectedInputTokens(chat),
        output: outputTokensOf(parts),
      };
      const cost = priceOf(counted, upstream.pricing);
      book(counted, cost, { estimated: usage === null, error });
    };
    return {
      upstream,
      answered: (usage, parts) => bookKnown(usage, parts, null, null),
      failed: (error, seen) => {
        const kind = error instanceof ModelError ? error.kind : 'unexpected';
        if (isUnbilled(error)) reservation.settle(0);
        else if (seen !== null) bookKnown(seen.usage, seen.parts, seen.inputTokens, kind);
        else {
          const usage = { ...NO_TOKENS, input: inputTokens, output: maxTokens };
          book(usage, worst, { estimated: true, error: kind });
        }
      },
    };
  }

  /** Sets the worst case of something else that is paid for this operation aside. */
  reserve(worst: NanoUsd): Reservation {
    return this.#options.gate.reserve(this.#options.tenant, worst);
  }

  /** Something is paid for this operation whose cost is known only once this settles, well or badly. */
  awaits(obtained: Promise<unknown>): void {
    this.#awaited = Promise.allSettled([this.#awaited, obtained]);
  }

  /** Resolves once everything is booked; null where it is already. */
  get settled(): Promise<unknown> | null {
    return this.#awaited;
  }

  /** Adds attempts that someone else metered, as attempts of this operation. */
  add(records: readonly UsageRecord[]): void {
    this.#added(records);
  }

  #added(records: readonly UsageRecord[]): readonly UsageRecord[] {
    const { operationId } = this.#options;
    const added = records.map((record) => ({
      ...record,
      operationId,
      runId: SERVICE_RUN,
      attempt: ++this.#attempts,
    }));
    this.#records.push(...added);
    return added;
  }
}

const NO_TOKENS: TokenUsage = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };

function sumOf(records: readonly UsageRecord[]): NanoUsd | null {
  let sum = 0;
  for (const { cost } of records) {
    if (cost === null) return null;
    sum += cost;
  }
  return sum;
}

/** Null where it is charged in a way that the price list does not tell. */
const priceOf = (usage: TokenUsage, pricing: ModelPricing): NanoUsd | null =>
  usage.surcharged === undefined ? standardPrice(usage, pricing) : null;

/** Null for counts that come to more than an amount can hold: a provider's mistake, and no price. */
function standardPrice(usage: TokenUsage, pricing: ModelPricing): NanoUsd | null {
  try {
    return priceUsage(usage, pricing);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Refused by the provider, or never sent. */
function isUnbilled(error: unknown): boolean {
  return error instanceof ModelError ? !error.mayBeBilled : error instanceof WireRequestError;
}

/** Output tokens of what came of an answer, roughly. */
function outputTokensOf(parts: readonly ChatPart[]): number {
  let tokens = 0;
  for (const part of parts) {
    if (part.kind === 'text') tokens += approximateTokens(part.text);
    else if (part.kind === 'tool_call') tokens += approximateTokens(part.name + part.arguments);
    else if (part.kind === 'other') tokens += approximateTokens(JSON.stringify(part.raw));
  }
  return tokens;
}
