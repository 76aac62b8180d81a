import { toUsd } from '../../costs/index.js';
import { extractFeatures, type RoutingRequest } from '../../features/index.js';
import type { Experience, Feedback, Policy } from '../../policies/index.js';
import { createRng } from '../../statistics/index.js';
import { UserError } from '../../user-error.js';
import { textMessages } from '../../wire/index.js';
import type { JudgedOperation } from '../feedback.js';
import type { ServiceLedger } from '../ledger.js';
import type { Operation } from '../operation.js';
import type { LiveTable } from '../route-live.js';
import { type AnsweredOperation, isOwnChoice } from './answered-operation.js';
import {
  type LearnedState,
  type LearnedStateStore,
  readLearnedState,
  writeLearnedState,
} from './learned-state.js';
import type { LearningEvent } from './learning-event.js';
import { RememberedRequests } from './remembered-requests.js';

/** Feedback read from the ledger at once: each time costs a look through all of its operations. */
const PAGE = 2_000;
/** The same where texts come along, of any length. */
const PAGE_WITH_TEXTS = 200;
/** Texts of requests that wait for feedback, unless options say otherwise. */
const REMEMBERED_BYTES = 64e6;

export interface LearnerOptions {
  /** With the policy as it was exported. */
  readonly table: LiveTable;
  readonly ledger: Pick<ServiceLedger, 'feedback'>;
  readonly store: LearnedStateStore;
  /** Whether the ledger keeps texts: then what was asked is read there, after a restart too. */
  readonly storePrompts: boolean;
  /** For texts of requests in memory, where the ledger has none. @default 64 MB */
  readonly rememberedBytes?: number;
  readonly onEvent: (event: LearningEvent) => void;
}

/** A policy that can go on learning behind live traffic. */
type LearningPolicy = Policy & Required<Pick<Policy, 'initialState' | 'learn'>>;

const learns = (policy: Policy): policy is LearningPolicy =>
  policy.initialState !== undefined && policy.learn !== undefined;

/** @throws UserError where the policy does not learn, or by what is not kept */
function learningPolicy({ table, policy }: LiveTable): LearningPolicy {
  const { needs } = policy;
  if (!learns(policy)) {
    throw new UserError(
      `learning.adapt is true, and the routing table "${table.name}" holds "${policy.id}", which does not learn: export a policy of an online router (adaptive, thompson, linucb), or leave adapt out`,
    );
  }
  if (needs.signals !== undefined && needs.signals.length > 0) {
    throw new UserError(
      `learning.adapt is true, and "${policy.id}" of the routing table "${table.name}" learns by the signal "${needs.signals[0]}", which is not kept until feedback comes: leave adapt out`,
    );
  }
  return policy;
}

/**
 * What a table's policy learns while it serves. The ledger is the queue: feedback is read from it in the
 * order of its places, at work as after a restart, and the state is kept together with the place that it
 * has come to. So each feedback is learned from at most once, wherever the process ends; one that
 * came to the ledger and not into the state is learned from at the next start, where its request is known.
 */
export class Learner {
  readonly #options: LearnerOptions;
  readonly #policy: LearningPolicy;
  readonly #remembered: RememberedRequests | null;
  readonly #costsInUsd: boolean;
  #learned: LearnedState;
  #running: Promise<void> | null = null;
  #isAskedAgain = false;

  private constructor(options: LearnerOptions, policy: LearningPolicy, learned: LearnedState) {
    const { table, storePrompts, rememberedBytes = REMEMBERED_BYTES } = options;
    this.#options = options;
    this.#policy = policy;
    this.#learned = learned;
    this.#remembered = storePrompts ? null : new RememberedRequests(rememberedBytes);
    this.#costsInUsd = table.table.expected.cost_usd_per_1k.mean !== null;
  }

  /**
   * Takes up what was learned before, and learns from the feedback since.
   * @throws UserError where the policy cannot learn here
   */
  static async open(options: LearnerOptions): Promise<Learner> {
    const policy = learningPolicy(options.table);
    const learner = new Learner(options, policy, await takeUp(options, policy));
    await learner.catchUp();
    return learner;
  }

  /** The policy's state, as `decide` takes it. */
  get state(): unknown {
    return this.#learned.state;
  }

  get progress(): Omit<LearnedState, 'state'> & {
    readonly experience: readonly Experience[] | null;
  } {
    const { state, ...progress } = this.#learned;
    return { ...progress, experience: this.#policy.experience?.(state) ?? null };
  }

  /** Keeps what the policy saw of a request, until somebody says what its answer was worth. */
  remember({ operation, request }: AnsweredOperation): void {
    if (this.#remembered === null || !this.#isLearnable(operation)) return;
    const { chat, domain } = request;
    this.#remembered.keep(operation.id, { messages: textMessages(chat.messages), domain });
  }

  /** Learns from all feedback that the ledger has. Never rejects: what fails is told, and tried again next time. */
  catchUp(): Promise<void> {
    this.#isAskedAgain = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        await this.#learnAll();
      }
    } catch (error) {
      this.#options.onEvent({ kind: 'failed', what: 'learning from feedback', error });
    }
  }

  async #learnAll(): Promise<void> {
    const { ledger, store, storePrompts, onEvent } = this.#options;
    const limit = storePrompts ? PAGE_WITH_TEXTS : PAGE;
    for (;;) {
      const before = this.#learned;
      const page = await ledger.feedback({ after: before.through, limit });
      if (page.length === 0) return;
      const after = page.reduce((learned, judged) => this.#after(learned, judged), before);
      if (after.lost > before.lost) onEvent({ kind: 'lost', feedback: after.lost - before.lost });
      try {
        await store.write(writeLearnedState(after));
      } finally {
        // In use once it is kept, or where it cannot be: in memory it is at one with its place, too.
        this.#learned = after;
      }
    }
  }

  #after(learned: LearnedState, judged: JudgedOperation): LearnedState {
    const { seq, feedback, operation } = judged;
    const next = { ...learned, through: seq, operation: operation.id };
    const model = this.#modelOf(operation);
    if (feedback.score === null || !this.#isLearnable(operation) || model === -1) {
      return { ...next, passedOver: learned.passedOver + 1 };
    }
    const request = this.#requestOf(operation);
    if (request === null) return { ...next, lost: learned.lost + 1 };
    const told: Feedback = {
      features: extractFeatures(request),
      model,
      score: feedback.score,
      cost: operation.cost === null || !this.#costsInUsd ? Number.NaN : toUsd(operation.cost),
    };
    try {
      const state = this.#policy.learn(learned.state, told);
      return { ...next, state, learned: learned.learned + 1 };
    } catch (error) {
      // A router of the user's own: what it cannot learn from must not keep it from all that follows.
      this.#options.onEvent({ kind: 'failed', what: 'learning from one feedback', error });
      return { ...next, passedOver: learned.passedOver + 1 };
    }
  }

  /** Only the policy's own choices by this very table. */
  #isLearnable(operation: Operation): boolean {
    return isOwnChoice(operation) && operation.routing?.table === this.#options.table.sha256;
  }

  /** As an index; -1 where the log names none of the policy's. */
  #modelOf({ routing }: Operation): number {
    return this.#policy.models.indexOf(routing?.steps.at(-1)?.model ?? '');
  }

  #requestOf({ id, content, routing }: Operation): RoutingRequest | null {
    if (content === null) return this.#remembered?.find(id) ?? null;
    const messages = content.messages.map(({ role, content: text }) => ({
      role: role as RoutingRequest['messages'][number]['role'],
      content: text,
    }));
    return { messages, domain: routing?.domain ?? null };
  }
}

/** The state that was kept, or the table's own where there is none of this table and this ledger. */
async function takeUp(options: LearnerOptions, policy: LearningPolicy): Promise<LearnedState> {
  const { table, store, onEvent } = options;
  const fresh: LearnedState = {
    table: table.sha256,
    policy: policy.id,
    through: 0,
    operation: null,
    learned: 0,
    passedOver: 0,
    lost: 0,
    state: policy.initialState(),
  };
  const text = await store.read();
  if (text === null) return fresh;
  const kept = readLearnedState(text);
  const reason = 'problem' in kept ? kept.problem : await unfit(kept, options, policy);
  if (reason === null && !('problem' in kept)) return kept;
  onEvent({ kind: 'state_ignored', reason: reason ?? '' });
  return fresh;
}

/** Why a state that was kept cannot go on, as a clause; null where it can. */
async function unfit(
  kept: LearnedState,
  { table, ledger }: LearnerOptions,
  policy: LearningPolicy,
): Promise<string | null> {
  if (kept.table !== table.sha256) return 'it goes on from another routing table';
  if (kept.through > 0) {
    const [last] = await ledger.feedback({ after: kept.through - 1, limit: 1 });
    if (last?.seq !== kept.through || last.operation.id !== kept.operation) {
      return 'it was learned from another ledger';
    }
  }
  try {
    const request = extractFeatures({
      messages: [{ role: 'user', content: 'hello' }],
      domain: 'x',
    });
    policy.decide({ calls: [], learned: kept.state }, request, createRng(1));
    return null;
  } catch {
    return 'another version of the policy wrote it';
  }
}
