import type { CachedAnswer } from '../caches/index.js';
import { compressRequest } from '../compression/index.js';
import { BudgetReached, type NanoUsd } from '../costs/index.js';
import { expectedInputTokens, type Upstream } from '../models/index.js';
import { createRng } from '../statistics/index.js';
import type { ChatAnswer } from '../wire/index.js';
import { type Answered, answerByPolicy, type Taken } from './answer-by-policy.js';
import type { GatewayEvent } from './gateway-event.js';
import { budgetRefusal, type Generated, generate } from './generate.js';
import { Meter } from './meter.js';
import type { Cause, Operation } from './operation.js';
import {
  type Committed,
  commit,
  type OperationDraft,
  type OperationEnd,
  operationOf,
} from './operation-draft.js';
import type { ReplyHead, ServiceReply, ServiceRequest } from './pipeline.js';
import { LEDGER_UNAVAILABLE, mistake, notRecorded, Refusal, rateRefusal } from './refusal.js';
import { StreamRelay } from './relay-stream.js';
import { answerBody, answerFrames } from './repeat-answer.js';
import { Repeats } from './repeats.js';
import { type LimitedRequest, limitAnswer } from './request-limits.js';
import { checkDomain, type LiveTable } from './route-live.js';
import type { Stages } from './stages.js';
import { type OpenStream, takeStream } from './take-stream.js';
import { takeWhole } from './take-whole.js';

/** An answer that is at hand. */
interface Given {
  readonly answer: ChatAnswer;
  /** As the provider sent it; null where the caller's format is another. */
  readonly body: Uint8Array | null;
  readonly model: string;
  readonly origin: Operation['origin'];
  readonly cause: Cause;
  readonly cacheSaving: NanoUsd | null;
}

const NO_ANSWER = { answeredBy: null, answer: null, firstByteAt: null, cacheSaving: 0 };

/**
 * Takes one request through all stages. Never rejects.
 * @param leave called once, when the operation is over: after the reply, or after its stream
 */
export async function answerRequest(
  request: ServiceRequest,
  stages: Stages,
  leave: () => void,
): Promise<ServiceReply> {
  const run = new RequestRun(request, stages, leave);
  try {
    return await run.answer();
  } catch (error) {
    return run.refuse(error);
  }
}

class RequestRun {
  readonly #request: ServiceRequest;
  readonly #stages: Stages;
  readonly #leave: () => void;
  readonly #draft: OperationDraft;
  readonly #repeats: Repeats;
  readonly #stop = new AbortController();
  #relay: StreamRelay | null = null;

  constructor(request: ServiceRequest, stages: Stages, leave: () => void) {
    const { operationId, tenant, left } = request;
    const { clock, tenants } = stages;
    this.#request = request;
    this.#stages = stages;
    this.#leave = leave;
    const meter = new Meter({ operationId, tenant, gate: tenants, clock });
    this.#draft = {
      request,
      meter,
      named: null,
      cache: 'off',
      repeated: null,
      tokensRemoved: 0,
      routing: null,
    };
    this.#repeats = new Repeats(request, stages, meter, this.#stop.signal);
    if (left.aborted) this.#stop.abort();
    else left.addEventListener('abort', this.#clientLeft, { once: true });
  }

  async answer(): Promise<ServiceReply> {
    const { tenant, domain } = this.#request;
    const { ledger, limits, resolver, table, tenants } = this.#stages;
    if (!ledger.open) throw LEDGER_UNAVAILABLE;
    const asked = this.#request.chat;
    const most = Math.min(asked.parameters.maxTokens ?? limits.defaultMaxTokens, limits.maxTokens);
    const waitMs = tenants.admit(tenant, expectedInputTokens(asked) + most);
    if (waitMs > 0) throw rateRefusal(waitMs);
    const chat = limitAnswer(asked, limits);
    const named = resolver.resolve(chat.model);
    this.#draft.named = named;
    if (named === null) checkDomain(table!, domain);

    const stored = await this.#repeats.lookUp(chat, named);
    this.#draft.cache = this.#repeats.state;
    this.#draft.repeated = stored;
    if (stored !== null) return this.#repeat(stored);
    const sent = this.#compressed(chat);
    const { taken, upstream, cause } =
      named === null ? await this.#route(table!, sent) : await this.#ask(named, sent);
    const given = { model: upstream.id, origin: upstream.origin, cause };
    if (taken.kind === 'stream') return this.#relayed(taken, given);
    const isNative = upstream.format.name === this.#request.format.name;
    const { answer, body } = taken;
    return this.#give({ ...given, answer, body: isNative ? body : null, cacheSaving: 0 });
  }

  /** Ends the operation with the reason why there is no answer. */
  async refuse(error: unknown): Promise<ServiceReply> {
    const refusal = this.#refusalOf(error);
    const { status } = refusal.failure;
    const end = { ...NO_ANSWER, status, error: refusal.kind };
    const isKept = refusal !== LEDGER_UNAVAILABLE || this.#stages.ledger.claimProbe();
    const { operation } = await (isKept ? this.#commit(end) : this.#unrecorded(end));
    return { kind: 'failure', failure: refusal.failure, operation };
  }

  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof BudgetReached) return budgetRefusal(error);
    this.#tell({ kind: 'unexpected', operation: this.#request.operationId, error });
    return mistake();
  }

  #compressed(chat: LimitedRequest): LimitedRequest {
    const { compressor } = this.#stages;
    if (!this.#request.compress || compressor === null) return chat;
    const { request, tokensRemoved } = compressRequest(chat, compressor);
    this.#draft.tokensRemoved = tokensRemoved;
    return request;
  }

  async #ask(named: Upstream, chat: LimitedRequest): Promise<Answered> {
    const chain = this.#stages.chains.named(named);
    const generated = await this.#generate(chain, chat, chat.stream);
    return { ...generated, cause: generated.fellBack ? 'fallback' : 'named' };
  }

  async #route(table: LiveTable, chat: LimitedRequest): Promise<Answered> {
    const { chains, clock, health, tableModels: models, seed, signals } = this.#stages;
    const { chat: uncompressed, domain, operationId } = this.#request;
    const { log, answered } = await answerByPolicy({
      table,
      chat: uncompressed,
      domain,
      signals,
      meter: this.#draft.meter,
      random: createRng(seed, operationId),
      stop: this.#stop.signal,
      models,
      chains,
      passesOver: ({ id }) => {
        const isPassedOver = health.isCooling(id, clock.now());
        if (isPassedOver) this.#tell({ kind: 'passed_over', operation: operationId, model: id });
        return isPassedOver;
      },
      generate: (chain, whole) => this.#generate(chain, chat, chat.stream && !whole),
    });
    this.#draft.routing = log;
    return answered();
  }

  #generate(
    chain: readonly Upstream[],
    chat: LimitedRequest,
    stream: boolean,
  ): Promise<Generated<Taken>> {
    const { limits, clock, health, random } = this.#stages;
    const { operationId: operation, format } = this.#request;
    return generate<Taken>({
      chain,
      chat: { ...chat, stream, streamUsage: stream },
      from: format.name,
      meter: this.#draft.meter,
      attempts: limits.attempts,
      clock,
      random,
      stop: this.#stop.signal,
      take: (reply, attempt) =>
        stream && reply.streams ? takeStream(reply, attempt) : takeWhole(reply, attempt),
      health,
      onPassedOver: (model) => this.#tell({ kind: 'passed_over', operation, model }),
      onFailure: (failed) => this.#tell({ kind: 'attempt_failed', operation, ...failed }),
    });
  }

  /** An answer that was given before, under an id of its own. */
  #repeat({ answer, model, cost }: CachedAnswer): Promise<ServiceReply> {
    const { clock, upstreams } = this.#stages;
    const created = Math.floor(clock.now() / 1000);
    return this.#give({
      answer: { ...answer, id: this.#request.operationId, created },
      body: null,
      model,
      origin: upstreams.get(model)?.origin ?? 'live',
      cause: 'cache',
      cacheSaving: cost,
    });
  }

  /** Commits an answer that is at hand, then hands it over. */
  async #give(given: Given): Promise<ServiceReply> {
    const { answer, body, model, origin, cause, cacheSaving } = given;
    const { format, chat } = this.#request;
    const head = this.#head(given);
    const whole = chat.stream ? '' : (body ?? answerBody(answer, format));
    const { operation, failure } = await this.#commit({
      status: 200,
      error: null,
      answeredBy: { model, origin, cause },
      answer,
      firstByteAt: this.#stages.clock.now(),
      cacheSaving,
    });
    if (failure !== null) {
      const { kind: error, failure: told } = notRecorded();
      const { status } = told;
      return { kind: 'failure', failure: told, operation: { ...operation, status, error } };
    }
    this.#repeats.store(answer, operation, this.#draft.meter.costOfAnswer);
    if (!chat.stream) return { kind: 'answer', head, operation, answer, body: whole };
    const frames = answerFrames(answer, format, { usage: chat.streamUsage, operation });
    return { kind: 'stream', head, frames };
  }

  /** Hands a stream on while it comes; its end waits for the commit. */
  #relayed(stream: OpenStream, given: Pick<Given, 'model' | 'origin' | 'cause'>): ServiceReply {
    const { chat, format, operationId, left } = this.#request;
    const head = this.#head(given);
    const relay = new StreamRelay({
      stream,
      format,
      usage: chat.streamUsage,
      clock: this.#stages.clock,
      abort: () => this.#stop.abort(),
      onMistake: (error) => this.#tell({ kind: 'unexpected', operation: operationId, error }),
      commit: async ({ refusal, answer, firstByteAt }) => {
        const { operation, failure } = await this.#commit({
          status: 200,
          error: refusal?.kind ?? null,
          answeredBy: given,
          answer,
          firstByteAt,
          cacheSaving: 0,
        });
        if (failure !== null) return null;
        if (refusal === null && answer !== null)
          this.#repeats.store(answer, operation, this.#draft.meter.costOfAnswer);
        return operation;
      },
    });
    this.#relay = relay;
    if (left.aborted) this.#clientLeft();
    return { kind: 'stream', head, frames: relay };
  }

  #head({ model, origin, cause }: Pick<Given, 'model' | 'origin' | 'cause'>): ReplyHead {
    const { cache, repeated, routing } = this.#draft;
    return {
      model,
      simulated: origin === 'simulated',
      cause,
      cache,
      repeated,
      routing,
      warning: this.#stages.tenants.warning(this.#request.tenant),
    };
  }

  #commit(end: OperationEnd): Promise<Committed> {
    return this.#end(() => commit(this.#draft, end, this.#stages));
  }

  /** Ends an operation of which a ledger that takes nothing is spared. */
  #unrecorded(end: OperationEnd): Promise<Committed> {
    const operation = operationOf(this.#draft, end, this.#stages);
    return this.#end(async () => ({ operation, failure: null }));
  }

  async #end(how: () => Promise<Committed>): Promise<Committed> {
    const { operationId } = this.#request;
    try {
      const committed = await how();
      const { content: _content, ...operation } = committed.operation;
      if (committed.failure !== null) {
        this.#tell({ kind: 'ledger_failed', operation: operationId, error: committed.failure });
      }
      this.#tell({ kind: 'done', operation });
      return committed;
    } finally {
      this.#request.left.removeEventListener('abort', this.#clientLeft);
      this.#leave();
    }
  }

  readonly #clientLeft = (): void => {
    // What was used is booked before the upstream is cut off.
    this.#relay?.leave().catch((error: unknown) => {
      this.#tell({ kind: 'unexpected', operation: this.#request.operationId, error });
    });
    this.#stop.abort();
  };

  #tell(event: GatewayEvent): void {
    try {
      this.#stages.onEvent?.(event);
    } catch {
      // A log that fails takes no answer with it.
    }
  }
}
