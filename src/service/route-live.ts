import { extractFeatures, type Features, type SignalSource } from '../features/index.js';
import { type Driven, drive, type Policy, type Reply, type Step } from '../policies/index.js';
import type { Rng } from '../statistics/index.js';
import type { RoutingTable } from '../tables/index.js';
import { type ChatRequest, textMessages } from '../wire/index.js';
import type { Meter } from './meter.js';
import { obtainSignal } from './obtain-signal.js';
import type { LoggedStep, RoutingLog } from './operation.js';
import { Refusal } from './refusal.js';

/** A routing table, ready to decide. */
export interface LiveTable {
  readonly table: RoutingTable;
  /** Of the table's file. */
  readonly sha256: string;
  readonly policy: Policy;
  /** What the policy has learned by now; absent where it stays as it was exported. */
  readonly learned?: () => unknown;
}

/** Header in which a request declares its kind of work. */
const DOMAIN_HEADER = 'x-switchyard-domain';

/** @throws Refusal 400 where the policy needs a domain and the request declares none */
export function checkDomain({ policy }: LiveTable, domain: string | null): void {
  if (!policy.needs.domain || domain !== null) return;
  throw new Refusal('invalid_request', {
    status: 400,
    message: `The routing table decides by domain, and the request declares none: say its kind of work in the header ${DOMAIN_HEADER}, or name a model.`,
  });
}

export interface RouteOptions<R extends Reply> {
  readonly table: LiveTable;
  /** As the caller sent it, uncompressed. */
  readonly chat: ChatRequest;
  readonly domain: string | null;
  /** By id, at least those that the policy needs. */
  readonly signals: ReadonlyMap<string, SignalSource>;
  readonly meter: Meter;
  readonly random: Rng;
  /** Aborted when nobody waits for the answer any more. */
  readonly stop: AbortSignal;
  readonly ask: (model: string) => Promise<R>;
  /** Whether an answer cannot be taken back any more, as the caller reads it while it comes. */
  readonly isShown: (reply: R) => boolean;
}

/**
 * Runs a table's policy on a request: the same steps as in replay, with real calls.
 * @throws BudgetReached where a signal does not fit under a budget
 * @throws Refusal 502 where a signal cannot be obtained
 */
export async function routeLive<R extends Reply>(
  options: RouteOptions<R>,
): Promise<{ readonly kept: R; readonly log: RoutingLog }> {
  const { table, chat, domain, random, ask, isShown } = options;
  const { policy } = table;
  const request = { messages: textMessages(chat.messages), domain };
  const read = extractFeatures(request);
  const signals = await obtain(request, options);
  const features: Features = signals === null ? read : { ...read, signals };
  const driven = await drive(
    policy,
    features,
    { ask },
    { rng: random, log: true, final: isShown, learned: table.learned?.() },
  );
  const log: RoutingLog = {
    table: table.sha256,
    policy: policy.id,
    steps: stepsOf(driven, policy),
    features: { tokens: read.tokens, ...read.lexical },
    domain,
  };
  return { kept: driven.answer.reply, log };
}

async function obtain<R extends Reply>(
  request: { readonly messages: ReturnType<typeof textMessages>; readonly domain: string | null },
  { table, signals, meter, stop }: RouteOptions<R>,
): Promise<NonNullable<Features['signals']> | null> {
  const { signals: needed = [] } = table.policy.needs;
  if (needed.length === 0) return null;
  const obtained: Record<string, NonNullable<Features['signals']>[string]> = {};
  for (const id of needed) {
    const source = signals.get(id);
    if (source === undefined) throw new TypeError(`Expected a source of the signal "${id}"`);
    obtained[id] = await obtainSignal(source, request, meter, stop);
  }
  return obtained;
}

function stepsOf<R extends Reply>(
  { decisions, calls, answer }: Driven<R>,
  policy: Policy,
): LoggedStep[] {
  const steps = decisions.map(({ step, propensity, eligible, probabilities }) => ({
    step: step.kind,
    model: modelOf(step, calls, policy),
    propensity,
    eligible,
    probabilities,
  }));
  if (steps.at(-1)?.step === 'stop') return steps;
  // An answer that was shown is kept for sure, without the policy being asked.
  return [
    ...steps,
    { step: 'stop', model: answer.model, propensity: 1, eligible: [], probabilities: null },
  ];
}

function modelOf(step: Step, calls: Driven<Reply>['calls'], policy: Policy): string | null {
  if (step.kind === 'call') return policy.models[step.model]!;
  return step.kind === 'stop' ? calls[step.answer]!.model : null;
}
