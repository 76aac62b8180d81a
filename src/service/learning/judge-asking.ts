import type { UsageRecord } from '../../costs/index.js';
import {
  type AskModel,
  type Caller,
  type Clock,
  createCaller,
  type Model,
  type ModelErrorKind,
} from '../../models/index.js';
import { createRng } from '../../statistics/index.js';
import { SERVICE_RUN } from '../meter.js';
import type { Tenant, TenantGate } from '../tenants.js';

/** Nobody waits for a verdict, but those behind it do. */
const MAX_ATTEMPTS = 3;
/** Nor are others held up by one that is to be asked again much later. */
const DEADLINE_MS = 120_000;

/** One operation's judge being asked. */
export interface JudgeAsking {
  readonly ask: AskModel;
  /** Everything billed so far, as attempts of the operation; also where `ask` rejected. */
  readonly usage: () => readonly UsageRecord[];
  /** Why the model gave no answer; null where it gave one, or was not asked. */
  readonly failure: () => ModelErrorKind | null;
}

export interface JudgeAskingOptions {
  readonly model: Model;
  readonly tenants: Pick<TenantGate, 'reserve'>;
  readonly clock: Clock;
  /** Calls at once, whoever pays. */
  readonly maxConcurrency: number;
  readonly seed: number;
}

/** Asks a judge's model on behalf of whoever pays for the operation judged: under that tenant's budget. */
export class JudgeModel {
  readonly #options: JudgeAskingOptions;
  readonly #callers = new Map<string, Caller>();
  /** Billed attempts of calls that gave nothing back, by operation, until they are booked. */
  readonly #abandoned = new Map<string, readonly UsageRecord[]>();

  constructor(options: JudgeAskingOptions) {
    this.#options = options;
  }

  /** @param attempts that the operation has already, which the judge's are counted on from */
  askingFor(tenant: Tenant, operationId: string, attempts: number): JudgeAsking {
    const { model } = this.#options;
    const caller = this.#callerOf(tenant);
    const billed: UsageRecord[] = [];
    let failure: ModelErrorKind | null = null;
    const book = (usage: readonly UsageRecord[]): void => {
      for (const record of usage) {
        billed.push({ ...record, attempt: attempts + billed.length + 1 });
      }
    };
    const ask: AskModel = async (request, signal) => {
      try {
        const options = { purpose: 'judge', operationId, signal } as const;
        const result = await caller.call(model, request, options);
        book(result.usage);
        if (!result.ok) failure = result.error.kind;
        return result;
      } catch (error) {
        book(this.#abandoned.get(operationId) ?? []);
        this.#abandoned.delete(operationId);
        throw error;
      }
    };
    return { ask, usage: () => billed, failure: () => failure };
  }

  #callerOf(tenant: Tenant): Caller {
    const { tenants, clock, maxConcurrency, seed } = this.#options;
    const known = this.#callers.get(tenant.id);
    if (known !== undefined) return known;
    const caller = createCaller({
      ...clock,
      limits: { maxConcurrency },
      gate: { reserve: (worst) => tenants.reserve(tenant, worst) },
      runId: SERVICE_RUN,
      random: createRng(seed, 'judge waits'),
      maxAttempts: MAX_ATTEMPTS,
      deadlineMs: DEADLINE_MS,
      onAbandoned: (usage) => {
        const [first] = usage;
        if (first !== undefined) this.#abandoned.set(first.operationId, usage);
      },
    });
    this.#callers.set(tenant.id, caller);
    return caller;
  }
}
