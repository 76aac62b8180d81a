import type { Upstream } from '../models/index.js';
import { answerText } from '../wire/index.js';
import type { FallbackChains } from './fallback-chains.js';
import type { Generated } from './generate.js';
import type { Cause, RoutingLog } from './operation.js';
import { Refusal } from './refusal.js';
import { type RouteOptions, routeLive } from './route-live.js';
import type { TableModels } from './table-models.js';
import type { OpenStream } from './take-stream.js';
import type { WholeAnswer } from './take-whole.js';

/** An answer, or the beginning of one. */
export type Taken = WholeAnswer | OpenStream;
export type Answered = Generated<Taken> & { readonly cause: Cause };

export interface PolicyAnswerOptions extends Omit<RouteOptions<Asked>, 'ask' | 'isShown'> {
  /** The policy's models. */
  readonly models: TableModels;
  readonly chains: FallbackChains;
  /** Whether a model has kept failing, so that its call fails without being made. */
  readonly passesOver: (upstream: Upstream) => boolean;
  /**
   * Asks models until one answers; streamed where the caller wants it, unless asked for whole.
   * @throws Refusal where none does
   */
  readonly generate: (chain: readonly Upstream[], whole: boolean) => Promise<Generated<Taken>>;
}

/** What a policy is told of a call, and what came of it. */
type Asked = { readonly text: string | null } & (
  | { readonly failed: false; readonly generated: Generated<Taken> }
  | { readonly failed: true; readonly refusal: Refusal }
);

/** Refusals after which no other model is asked. */
const ENDS_ALL: ReadonlySet<string> = new Set([
  'invalid_request',
  'client_left',
  'budget_exceeded',
]);

/** Told to the policy only: what was passed over is asked once nothing else answers. */
const PASSED_OVER = new Refusal('passed_over', {
  status: 502,
  message: 'The model has kept failing, and is not asked for now.',
});

/**
 * Answers a request by a routing table's policy. Where the policy reads answers, each of its calls is
 * answered by the model it names or fails (without being made, where that model has kept failing), so
 * that its log says what happened; the models that were not asked stand in once all have failed. Else a model that fails is stood in for at once.
 * @returns the log, and the answer, which rejects with a Refusal where there is none
 */
export async function answerByPolicy(options: PolicyAnswerOptions): Promise<{
  readonly log: RoutingLog;
  readonly answered: () => Promise<Answered>;
}> {
  const { table, models, chains, passesOver, generate } = options;
  const reads = table.policy.needs.answers;
  const called: Upstream[] = [];
  const named: Upstream[] = [];
  const final: Refusal[] = [];
  const ask = async (model: string): Promise<Asked> => {
    // What one model refused as wrong, or nobody waits for, is not sent to another.
    if (final[0] !== undefined) return { text: null, failed: true, refusal: final[0] };
    const upstream = models.get(model)!;
    named.push(upstream);
    if (reads && passesOver(upstream)) return { text: null, failed: true, refusal: PASSED_OVER };
    const chain = reads ? [upstream] : chains.chosen(upstream);
    called.push(...chain);
    try {
      const generated = await generate(chain, reads);
      const { taken } = generated;
      const text = taken.kind === 'whole' ? answerText(taken.answer) : null;
      return { text, failed: false, generated };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (ENDS_ALL.has(error.kind)) final.push(error);
      return { text: null, failed: true, refusal: error };
    }
  };
  const isShown = (asked: Asked): boolean =>
    !asked.failed && asked.generated.taken.kind === 'stream';
  const { kept, log } = await routeLive({ ...options, ask, isShown });

  const answered = async (): Promise<Answered> => {
    if (!kept.failed) {
      const { generated } = kept;
      return { ...generated, cause: generated.fellBack ? 'fallback' : 'policy' };
    }
    if (final[0] !== undefined) throw final[0];
    const standIns = new Set([...chains.chosen(named.at(-1)!), ...named]);
    const others = [...standIns].filter((one) => !called.includes(one));
    if (others.length === 0) throw kept.refusal;
    return { ...(await generate(others, false)), cause: 'fallback' };
  };
  return { log, answered };
}
