import { UserError } from '../../user-error.js';
import type { ServiceLedger } from '../ledger.js';
import type { LiveTable } from '../route-live.js';
import type { LearningConfig } from '../service-config.js';
import {
  type AnsweredOperation,
  type AnswerListener,
  isRoutedAnswer,
} from './answered-operation.js';
import type { ServiceExploration } from './explored-table.js';
import type { LearnedStateStore } from './learned-state.js';
import { Learner } from './learner.js';
import type { LearningEvent } from './learning-event.js';
import { SampledJudge, type SampledJudgeOptions } from './sampled-judge.js';

export interface LearningOptions {
  readonly config: LearningConfig;
  /** Null where every request must name its model. */
  readonly table: LiveTable | null;
  readonly ledger: Pick<ServiceLedger, 'feedback' | 'recordFeedback'>;
  /** What `config.judge` asks, opened; null where it is null. */
  readonly judge: Pick<SampledJudgeOptions, 'model' | 'baseUrl' | 'rubric'> | null;
  readonly tenants: SampledJudgeOptions['tenants'];
  readonly clock: SampledJudgeOptions['clock'];
  readonly seed: number;
  readonly storePrompts: boolean;
  /** Where what was learned is kept. */
  readonly store: LearnedStateStore;
  readonly onEvent: (event: LearningEvent) => void;
}

/** How learning goes, for those who watch over it. Counts are since the process began unless they say else. */
export interface LearningStatus {
  /** Over all processes that went on from this table; null where nothing adapts. */
  readonly adapting: {
    readonly table: string;
    readonly policy: string;
    /** Place of the last feedback that the state knows of. */
    readonly version: number;
    readonly learned: number;
    readonly passedOver: number;
    readonly lost: number;
    /** Null where the policy does not tell. */
    readonly models:
      | readonly {
          readonly model: string;
          readonly scores: number;
          readonly quality: number | null;
          readonly cost: number | null;
        }[]
      | null;
  } | null;
  readonly exploration: ServiceExploration & {
    readonly routed: number;
    /** Of these, how many went to another model than the likeliest. */
    readonly strayed: number;
  };
  readonly judging:
    | (SampledJudge['counts'] & {
        readonly model: string;
        readonly rubric: string;
        readonly share: number;
      })
    | null;
}

/** What a service learns from its traffic. */
export interface Learning extends AnswerListener {
  /** The table to route by, with what its policy has learned. */
  readonly table: LiveTable | null;
  readonly exploration: ServiceExploration;
  /** To be called after feedback was recorded. */
  feedbackRecorded(): void;
  readonly status: LearningStatus;
  /** Resolves once all that was drawn is judged and all feedback learned from. */
  settle(): Promise<void>;
  /** The same, but what takes too long is recorded without a score. */
  close(): Promise<void>;
}

/**
 * Opens what learns from traffic, where it was left.
 * @throws UserError where the table's policy cannot do what is asked of it
 */
export async function openLearning(options: LearningOptions): Promise<Learning> {
  const { config, table, judge: judged, onEvent } = options;
  const { adapt, explore, exploreDearer } = config;
  const needing = adapt
    ? 'adapt'
    : explore > 0
      ? 'explore'
      : config.judge === null
        ? null
        : 'judge';
  if (table === null && needing !== null) {
    throw new UserError(
      `learning.${needing} is set, and there is no routing table whose decisions could be learned from: name one under table, or leave it out`,
    );
  }
  const learner = adapt && table !== null ? await Learner.open({ ...options, table }) : null;
  const feedbackRecorded = (): void => void learner?.catchUp();
  const judge =
    config.judge === null || judged === null
      ? null
      : new SampledJudge({
          ...options,
          ...judged,
          share: config.judge.share,
          onRecorded: feedbackRecorded,
        });
  let routed = 0;
  let strayed = 0;

  function answered(ended: AnsweredOperation): void {
    try {
      if (isRoutedAnswer(ended.operation)) {
        routed++;
        if (hasStrayed(ended)) strayed++;
      }
      learner?.remember(ended);
      judge?.answered(ended);
    } catch (error) {
      onEvent({ kind: 'failed', what: 'taking note of an answer', error });
    }
  }

  return {
    table: table === null || learner === null ? table : { ...table, learned: () => learner.state },
    exploration: { share: explore, dearer: exploreDearer },
    answered,
    feedbackRecorded,
    get status() {
      return {
        adapting: learner === null ? null : adaptingOf(learner, table?.policy.models ?? []),
        exploration: { share: explore, dearer: exploreDearer, routed, strayed },
        judging:
          config.judge === null || judge === null
            ? null
            : {
                model: config.judge.model.id,
                rubric: config.judge.rubric,
                share: config.judge.share,
                ...judge.counts,
              },
      };
    },
    async settle() {
      await judge?.drain();
      await learner?.catchUp();
    },
    async close() {
      await judge?.close();
      await learner?.catchUp();
    },
  };
}

function adaptingOf(
  { progress }: Learner,
  models: readonly string[],
): NonNullable<LearningStatus['adapting']> {
  const { table, policy, through, learned, passedOver, lost, experience } = progress;
  return {
    table,
    policy,
    version: through,
    learned,
    passedOver,
    lost,
    models: experience?.map((one, at) => ({ model: models[at] ?? '', ...one })) ?? null,
  };
}

/** Whether the model called was another than the likeliest; false where the policy does not tell. */
function hasStrayed({ operation }: AnsweredOperation): boolean {
  const first = operation.routing?.steps.find(({ step }) => step === 'call');
  return first?.probabilities != null && first.propensity < Math.max(...first.probabilities);
}
