import type { RoutingTable } from '../../tables/index.js';
import type { OperationFeedback } from '../feedback.js';
import type { Operation, RoutingLog } from '../operation.js';
import { type DriftFigure, driftFigure } from './drift-figure.js';
import { type DriftInterval, expectedShare } from './expected-share.js';
import { type WindowedMean, windowedMean } from './windowed-mean.js';

export type { DriftFigure } from './drift-figure.js';

export interface DriftReport {
  /** Mean score of the judge's sample, in [0, 1]. */
  readonly quality: DriftFigure;
  /** US dollars per 1,000 operations. */
  readonly cost: DriftFigure;
  /** By the table's name of a model: which share of operations the table sends to it. */
  readonly shares: Readonly<Record<string, DriftFigure>>;
  /** ISO 8601: when it began to watch. */
  readonly since: string;
  /** Whether simulated operations are among what was seen. */
  readonly simulated: boolean;
}

/** A figure left its expected interval, or came back. */
export interface DriftAlarm extends DriftFigure {
  /** `quality`, `cost` or `share of <model>`. */
  readonly figure: string;
  readonly began: boolean;
}

export interface DriftOptions {
  /** SHA-256 of the routing table's file: what others decided is passed over. */
  readonly table: string;
  readonly expected: RoutingTable['expected'];
  /** Prompts that the expected shares were measured on. */
  readonly prompts: number;
  /** Of the table's policy. */
  readonly models: readonly string[];
  /** Share of requests that go elsewhere than the table would, to explore; that is no drift. */
  readonly explore: number;
  /** The policy itself draws lots, so that its choice is not to be told from exploring. */
  readonly drawsLots: boolean;
  readonly now: () => number;
  readonly onAlarm?: (alarm: DriftAlarm) => void;
}

export interface DriftMonitor {
  operation(operation: Omit<Operation, 'content'>): void;
  feedback(feedback: OperationFeedback): void;
  report(): DriftReport;
}

/** Probability of a false alarm of each kind over the whole stream; 5 % together. */
const ALPHA = 0.05 / 3;
/** Values after which a figure starts anew. */
const WINDOWS = { quality: 1000, cost: 4000, share: 2000 } as const;
/** Costs above this many times the expected mean count as that, as a bound is needed. */
const DEAREST = 25;
/** Operations that wait for the judge; beyond them the oldest are forgotten. */
const MOST_WAITING = 50_000;

interface Watched {
  readonly figure: string;
  readonly expected: DriftInterval | null;
  readonly live: WindowedMean;
  outside: boolean;
}

/**
 * Holds live traffic against what the routing table expects: quality by the judge's random sample
 * only, cost, and the share of each model. Every figure has a confidence sequence, so that it may be
 * looked at after every request; an alarm is one that lies wholly outside of the expected interval.
 * What a service explores beyond its table is weighed out by the logged probabilities.
 */
export function createDriftMonitor(options: DriftOptions): DriftMonitor {
  const { expected, models, prompts, now, onAlarm } = options;
  const since = new Date(now()).toISOString();
  const weightMost = 1 / (1 - Math.min(options.explore, 0.5));
  const watch = (
    figure: string,
    kind: keyof typeof WINDOWS,
    within: DriftInterval | null,
    rest: { readonly most: number; readonly alpha?: number },
  ): Watched => ({
    figure,
    expected: within,
    live: windowedMean({ alpha: ALPHA, window: WINDOWS[kind], ...rest }),
    outside: false,
  });
  const costExpected = known(expected.cost_usd_per_1k);
  const quality = watch('quality', 'quality', known(expected.quality), { most: weightMost });
  const dearest = costExpected === null || costExpected.mean === 0 ? 1 : costExpected.mean;
  const cost = watch('cost', 'cost', costExpected, { most: DEAREST * dearest });
  const shares = models.map((model) =>
    watch(`share of ${model}`, 'share', expectedShare(expected.shares, model, prompts), {
      most: 1,
      alpha: ALPHA / models.length,
    }),
  );
  const waiting = new Map<string, number>();
  let simulated = false;

  function take(watched: Watched, value: number): void {
    watched.live.add(value);
    const seen = figureOf(watched);
    const outside = seen.status === 'outside';
    if (outside === watched.outside) return;
    watched.outside = outside;
    onAlarm?.({ figure: watched.figure, began: outside, ...seen });
  }

  return {
    operation({ id, routing, cost: paid, origin, error }) {
      if (routing === null || routing.table !== options.table) return;
      const choice = choiceOf(routing, models, options);
      if (choice === null) return;
      if (origin === 'simulated') simulated = true;
      for (const [model, probability] of choice.shares.entries()) take(shares[model]!, probability);
      if (error !== null) return;
      const weight = Math.min(choice.weight, weightMost);
      if (paid !== null) take(cost, (weight * paid) / 1e6);
      waiting.set(id, weight);
      const [oldest] = waiting.keys();
      if (waiting.size > MOST_WAITING && oldest !== undefined) waiting.delete(oldest);
    },
    feedback({ operationId, source, score }) {
      const weight = waiting.get(operationId);
      if (source !== 'judge' || score === null || weight === undefined) return;
      waiting.delete(operationId);
      take(quality, weight * score);
    },
    report: () => ({
      quality: figureOf(quality),
      cost: figureOf(cost),
      shares: Object.fromEntries(models.map((model, at) => [model, figureOf(shares[at]!)])),
      since,
      simulated,
    }),
  };
}

function known({ mean, low, high }: RoutingTable['expected']['quality']): DriftInterval | null {
  return mean === null ? null : { mean, low: low ?? mean, high: high ?? mean };
}

const figureOf = ({ expected, live }: Watched): DriftFigure => driftFigure(expected, live);

/**
 * Which model the table chose, whoever was called, and how much an answer counts for what the table
 * would have given: 0 for one that was explored, above 1 for the others.
 */
function choiceOf(
  { steps }: RoutingLog,
  models: readonly string[],
  { drawsLots }: DriftOptions,
): { readonly shares: Float64Array; readonly weight: number } | null {
  const call = steps.find(({ step }) => step === 'call');
  if (call === undefined) return null;
  const called = models.indexOf(call.model ?? '');
  if (called === -1) return null;
  const shares = new Float64Array(models.length);
  const { probabilities } = call;
  if (probabilities === null) {
    shares[called] = 1;
    return { shares, weight: 1 };
  }
  const likely = models.map((model) => probabilities[call.eligible.indexOf(model)] ?? 0);
  if (drawsLots) {
    shares.set(likely);
    return { shares, weight: 1 };
  }
  const chosen = likely.indexOf(Math.max(...likely));
  shares[chosen] = 1;
  return { shares, weight: called === chosen ? 1 / likely[chosen]! : 0 };
}
