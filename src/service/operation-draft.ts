import type { NanoUsd } from '../costs/index.js';
import { sha256 } from '../hash.js';
import type { Clock, Upstream } from '../models/index.js';
import { answerText, type ChatAnswer, textMessages } from '../wire/index.js';
import type { AnswerListener } from './learning/answered-operation.js';
import type { ServiceLedger } from './ledger.js';
import type { Meter } from './meter.js';
import type { Cause, Operation, RoutingLog } from './operation.js';
import type { ReplyHead, ServiceRequest } from './pipeline.js';

/** How an operation ended, beside what its draft already knows. */
export interface OperationEnd {
  readonly status: number;
  /** The class of error; null for an answer. */
  readonly error: string | null;
  /** Null where no model answered. */
  readonly answeredBy: {
    readonly model: string;
    readonly origin: Operation['origin'];
    readonly cause: Cause;
  } | null;
  readonly answer: ChatAnswer | null;
  /** Milliseconds since the epoch; null where no byte was ready. */
  readonly firstByteAt: number | null;
  /** For a hit, what the repeated answer cost. */
  readonly cacheSaving: NanoUsd | null;
}

/** An operation, with what becomes known of it before it ends. */
export interface OperationDraft {
  readonly request: ServiceRequest;
  readonly meter: Meter;
  /** The model that the caller named; null where it named none, or before that is known. */
  named: Upstream | null;
  cache: Operation['cache'];
  /** What was repeated; null for no hit. */
  repeated: ReplyHead['repeated'];
  tokensRemoved: number;
  routing: RoutingLog | null;
}

/** Longest part of a model name that a caller wrote which is kept. */
const LONGEST_NAME = 200;

export interface Recorder {
  readonly ledger: Pick<ServiceLedger, 'record'>;
  readonly clock: Clock;
  /** Every model that is served. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly storePrompts: boolean;
  /** Told of every answer that the ledger holds. */
  readonly learning?: AnswerListener;
}

export interface Committed {
  readonly operation: Operation;
  /** What the ledger rejected with; null where it holds the operation. Else nothing may be acknowledged. */
  readonly failure: unknown;
}

/** Commits what an operation was and what it cost, together. Never rejects. */
export async function commit(
  draft: OperationDraft,
  end: OperationEnd,
  recorder: Recorder,
): Promise<Committed> {
  const { settled } = draft.meter;
  if (settled !== null) await settled;
  const operation = operationOf(draft, end, recorder);
  try {
    await recorder.ledger.record({ operation, usage: draft.meter.records });
  } catch (failure) {
    return { operation, failure: failure ?? new Error('the ledger gave no reason') };
  }
  const { request, meter } = draft;
  if (end.answer !== null) {
    const attempts = meter.records.length;
    recorder.learning?.answered({ operation, request, answer: end.answer, attempts });
  }
  return { operation, failure: null };
}

/** What an operation was, now that it is over. */
export function operationOf(
  draft: OperationDraft,
  end: OperationEnd,
  { clock, storePrompts, upstreams }: Omit<Recorder, 'ledger' | 'learning'>,
): Operation {
  const { request, meter } = draft;
  const { chat, arrivedAt } = request;
  const { answeredBy, answer, firstByteAt, ...outcome } = end;
  return {
    id: request.operationId,
    receivedAt: new Date(arrivedAt).toISOString(),
    tenant: request.tenant.id,
    tag: request.tag,
    endpoint: request.endpoint,
    requestedModel: chat.model.slice(0, LONGEST_NAME),
    model: answeredBy?.model ?? null,
    origin: answeredBy?.origin ?? originOf(draft, upstreams),
    cause: answeredBy?.cause ?? null,
    cache: draft.cache,
    streamed: chat.stream,
    ...outcome,
    latencyMs: Math.max(0, clock.now() - arrivedAt),
    firstByteMs: firstByteAt === null ? null : Math.max(0, firstByteAt - arrivedAt),
    cost: meter.cost,
    cacheEntry: draft.repeated?.id ?? null,
    similarity: draft.repeated?.similarity ?? null,
    tokensRemoved: draft.tokensRemoved,
    routing: draft.routing,
    promptHash: sha256(JSON.stringify(chat.messages)),
    content: storePrompts ? contentOf(request, answer) : null,
  };
}

/**
 * That of what was paid for: money that was spent makes an operation a live one. Where nothing was, that
 * of the models that could have been asked.
 */
function originOf(
  { meter, named }: OperationDraft,
  upstreams: Recorder['upstreams'],
): Operation['origin'] {
  const { records } = meter;
  const askable = named === null ? [...upstreams.values()] : [named];
  const all = records.length > 0 ? records : askable;
  return all.every(({ origin }) => origin === 'simulated') ? 'simulated' : 'live';
}

function contentOf({ chat }: ServiceRequest, answer: ChatAnswer | null): Operation['content'] {
  return {
    messages: textMessages(chat.messages),
    answer: answer === null ? null : answerText(answer),
  };
}
