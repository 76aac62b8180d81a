import { setImmediate as nextTurn } from 'node:timers/promises';
import { BudgetReached, type UsageRecord } from '../../costs/index.js';
import { createRubricJudge, RUBRIC_PARAMETERS, type Rubric } from '../../judges/index.js';
import type { Clock, Model } from '../../models/index.js';
import { createRng } from '../../statistics/index.js';
import { answerText, type ChatPart, textMessages } from '../../wire/index.js';
import type { FeedbackEntry } from '../feedback.js';
import type { ServiceLedger } from '../ledger.js';
import type { TenantGate } from '../tenants.js';
import { type AnsweredOperation, isRoutedAnswer } from './answered-operation.js';
import { type JudgeAsking, JudgeModel } from './judge-asking.js';
import type { LearningEvent } from './learning-event.js';

const MAX_CONCURRENCY = 4;
const MAX_WAITING = 1_000;
/** Characters of requests and answers that wait to be judged. */
const MAX_WAITING_CHARACTERS = 16e6;
const DRAIN_MS = 10_000;

export interface SampledJudgeOptions {
  readonly model: Model;
  /** Where the model is; null for its provider's own address. */
  readonly baseUrl: string | null;
  readonly rubric: Rubric;
  /** Probability with which a routed answer is judged, in (0, 1]. */
  readonly share: number;
  readonly seed: number;
  readonly ledger: Pick<ServiceLedger, 'recordFeedback'>;
  readonly tenants: Pick<TenantGate, 'reserve'>;
  readonly clock: Clock;
  /** Answers judged at once. @default 4 */
  readonly maxConcurrency?: number;
  /** Answers that wait to be judged; what is drawn beyond is recorded without a score. @default 1000 */
  readonly maxWaiting?: number;
  /** Told after each verdict that was recorded. */
  readonly onRecorded: () => void;
  readonly onEvent: (event: LearningEvent) => void;
}

/** Whether an operation is judged: by its id alone, so that anybody can work it out again. */
export const isDrawn = (operationId: string, share: number, seed: number): boolean =>
  createRng(seed, operationId, 'judge').next() < share;

interface Job {
  readonly answered: AnsweredOperation;
  readonly characters: number;
}

/**
 * Has a random sample of routed answers judged, after they were handed over, and records what is said
 * with the probability of being drawn. What was drawn is recorded whether or not it gets a score,
 * as estimates must know of the ones that are missing; only a process that dies loses some.
 */
export class SampledJudge {
  readonly #options: SampledJudgeOptions;
  readonly #model: JudgeModel;
  readonly #waiting: Job[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #waitingCharacters = 0;
  #active = 0;
  #closing = false;
  #drawn = 0;
  #scored = 0;
  #unscored = 0;

  constructor(options: SampledJudgeOptions) {
    const maxConcurrency = options.maxConcurrency ?? MAX_CONCURRENCY;
    this.#options = options;
    this.#model = new JudgeModel({ ...options, maxConcurrency });
  }

  /** Since the process began. */
  get counts() {
    return {
      drawn: this.#drawn,
      scored: this.#scored,
      unscored: this.#unscored,
      waiting: this.#waiting.length + this.#active,
    };
  }

  /** Judges an answer some time later, if the lot falls on it. */
  answered(answered: AnsweredOperation): void {
    const { operation } = answered;
    const { share, seed, maxWaiting = MAX_WAITING } = this.#options;
    if (!isRoutedAnswer(operation) || !isDrawn(operation.id, share, seed)) return;
    this.#drawn++;
    const unfit = unfitness(answered);
    const characters = unfit === null ? charactersOf(answered) : 0;
    if (unfit !== null) this.#track(this.#recordUnscored(answered, unfit));
    else if (this.#closing) this.#track(this.#recordUnscored(answered, CLOSED));
    else if (
      this.#waiting.length >= maxWaiting ||
      this.#waitingCharacters + characters > MAX_WAITING_CHARACTERS
    ) {
      this.#track(this.#recordUnscored(answered, 'too many answers waited to be judged'));
    } else {
      this.#waiting.push({ answered, characters });
      this.#waitingCharacters += characters;
      this.#pump();
    }
  }

  /**
   * Lets verdicts under way come in, and cuts off those that take too long. What still waits is
   * recorded without a score.
   */
  async close(drainMs: number = DRAIN_MS): Promise<void> {
    this.#closing = true;
    for (const { answered } of this.#waiting.splice(0)) {
      this.#track(this.#recordUnscored(answered, CLOSED));
    }
    this.#waitingCharacters = 0;
    const timer = setTimeout(() => this.#stop.abort(), drainMs);
    await this.drain();
    clearTimeout(timer);
  }

  /** Resolves once all that was drawn is recorded. */
  async drain(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #pump(): void {
    const { maxConcurrency = MAX_CONCURRENCY } = this.#options;
    while (this.#active < maxConcurrency) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#active++;
      this.#waitingCharacters -= job.characters;
      this.#track(
        this.#judge(job.answered).finally(() => {
          this.#active--;
          this.#pump();
        }),
      );
    }
  }

  #track(task: Promise<void>): void {
    const told = task.catch((error: unknown) => {
      this.#options.onEvent({ kind: 'failed', what: 'recording a verdict', error });
    });
    const tracked: Promise<void> = told.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #judge(answered: AnsweredOperation): Promise<void> {
    // The answer itself goes first.
    await nextTurn();
    const { rubric, model, baseUrl } = this.#options;
    const { operation, request, answer, attempts } = answered;
    const asking = this.#model.askingFor(request.tenant, operation.id, attempts);
    const judge = createRubricJudge({
      id: model.id,
      model: model.id,
      baseUrl,
      rubric,
      parameters: RUBRIC_PARAMETERS,
      ask: asking.ask,
    });
    const name = `${judge.id}/${judge.version}`;
    const prompt = {
      id: operation.id,
      messages: textMessages(request.chat.messages),
      reference: null,
      grader: null,
      domain: request.domain,
      group: null,
      difficulty: null,
      split: null,
      metadata: {},
    };
    const input = { prompt, answer: answerText(answer), recordedScore: null };
    let score: number | null = null;
    let unscored: string | null = null;
    try {
      ({ score } = await judge.judge(input, this.#stop.signal));
      if (score === null) unscored = reasonOf(asking);
    } catch (error) {
      unscored =
        error instanceof BudgetReached
          ? 'the budget left no room for the judge'
          : 'the judge failed unexpectedly';
    }
    await this.#record(answered, { score, unscored, judge: name }, asking.usage());
  }

  #recordUnscored(answered: AnsweredOperation, unscored: string): Promise<void> {
    const { model } = this.#options;
    return this.#record(answered, { score: null, unscored, judge: model.id }, []);
  }

  async #record(
    { operation }: AnsweredOperation,
    verdict: Pick<FeedbackEntry['feedback'], 'score' | 'unscored' | 'judge'>,
    usage: readonly UsageRecord[],
  ): Promise<void> {
    const { ledger, share, clock, onRecorded, onEvent } = this.#options;
    if (verdict.score === null) this.#unscored++;
    else this.#scored++;
    if (verdict.unscored !== null) {
      onEvent({ kind: 'unscored', operation: operation.id, reason: verdict.unscored });
    }
    await ledger.recordFeedback({
      feedback: {
        operationId: operation.id,
        tenant: operation.tenant,
        source: 'judge',
        ...verdict,
        probability: share,
        receivedAt: new Date(clock.now()).toISOString(),
      },
      usage,
    });
    onRecorded();
  }
}

const CLOSED = 'the service was closed before the answer was judged';

/** Nothing of what a model said: the ledger keeps texts only where it is told to. */
function reasonOf(asking: JudgeAsking): string {
  const failure = asking.failure();
  return failure === null
    ? 'the judge gave no verdict'
    : `the judge could not be asked (${failure})`;
}

const READABLE: ReadonlySet<ChatPart['kind']> = new Set(['text', 'tool_call', 'tool_result']);

/** Why a judge that reads text cannot judge an answer; null where it can. */
function unfitness({ request, answer }: AnsweredOperation): string | null {
  const { messages } = request.chat;
  if (messages.some(({ parts }) => parts.some(({ kind }) => !READABLE.has(kind)))) {
    return 'the request is not text alone';
  }
  return answer.parts.some(({ kind }) => kind === 'tool_call') ? 'the answer calls tools' : null;
}

function charactersOf({ request, answer }: AnsweredOperation): number {
  const asked = textMessages(request.chat.messages);
  return asked.reduce((sum, { content }) => sum + content.length, answerText(answer).length);
}
