import {
  cacheKey,
  type HybridHit,
  isCacheable,
  type SimilarRequest,
  similarRequest,
} from '../caches/index.js';
import type { NanoUsd } from '../costs/index.js';
import type { Upstream } from '../models/index.js';
import { type ChatAnswer, isWholeInEveryFormat } from '../wire/index.js';
import type { Meter } from './meter.js';
import { obtainSignal } from './obtain-signal.js';
import type { Operation } from './operation.js';
import type { ServiceRequest } from './pipeline.js';
import type { LimitedRequest } from './request-limits.js';
import type { Stages } from './stages.js';

/** A look into the cache may cost this much time: whoever asks waits for an answer, not for a saving. */
const LONGEST_LOOK_MS = 500;

type CacheStages = Pick<
  Stages,
  'cache' | 'clock' | 'compressor' | 'embeddings' | 'onEvent' | 'table'
>;

/** The cache as one request uses it. */
export class Repeats {
  readonly #request: ServiceRequest;
  readonly #stages: CacheStages;
  readonly #meter: Meter;
  readonly #stop: AbortSignal;
  /** Under which the answer is stored; null where it is not. */
  #key: string | null = null;
  #similar: SimilarRequest | null = null;
  #state: Operation['cache'] = 'off';

  /** @param stop aborted when nobody waits for the answer any more */
  constructor(request: ServiceRequest, stages: CacheStages, meter: Meter, stop: AbortSignal) {
    this.#request = request;
    this.#stages = stages;
    this.#meter = meter;
    this.#stop = stop;
  }

  get state(): Operation['cache'] {
    return this.#state;
  }

  /**
   * What was answered to the same request before, or to one that asks the same in other words; null
   * where nothing was, or nothing is to be repeated.
   * @param named the model asked; null where the routing table chooses it
   */
  async lookUp(chat: LimitedRequest, named: Upstream | null): Promise<HybridHit | null> {
    const { tenant, domain, format, compress, cache: use } = this.#request;
    const { cache, compressor, embeddings, table } = this.#stages;
    if (cache === null || use === 'off') return null;
    // A model may answer a shortened prompt otherwise.
    const shortened = compress && compressor !== null;
    const scope = {
      tenant: tenant.id,
      answeredBy: `${named?.id ?? table!.sha256}${shortened ? ' shortened' : ''}`,
      format: format.name,
      domain: named === null ? domain : null,
    };
    this.#key = cacheKey(scope, chat);
    this.#similar = use === 'on' && embeddings !== null ? similarRequest(scope, chat) : null;
    const found = await cache.get({
      key: this.#key,
      tenant: tenant.id,
      similar: this.#similar,
      // What a stream cannot say again (the stop sequence that was met, a citation) is asked for anew.
      isFit: (answer) => !chat.stream || isWholeInEveryFormat(answer),
      embed: (text) => this.#embed(text),
    });
    this.#state = found === null ? 'miss' : 'hit';
    return found;
  }

  /**
   * Keeps an answer that was recorded. What another model gave in a model's place is not kept: it
   * would be repeated long after that one is back. Nor is one that is itself repeated: each further
   * rewording would lead a step away from the question that was answered.
   */
  store(answer: ChatAnswer, { cause, model }: Operation, cost: NanoUsd | null): void {
    if (this.#key === null || model === null || cause === 'fallback' || cause === 'cache') return;
    const { chat, tenant } = this.#request;
    if (!isCacheable(chat, answer)) return;
    try {
      this.#stages.cache?.set(this.#key, tenant.id, { answer, model, cost }, this.#similar);
    } catch {
      // An answer that is recorded and paid for goes out, kept or not.
    }
  }

  /**
   * What it costs is booked before the operation ends; so it is given up once it is late, as nobody
   * is to wait for it twice.
   * @throws Error where there is none, or not in time
   */
  async #embed(text: string): Promise<Float32Array> {
    const { clock, embeddings, onEvent } = this.#stages;
    if (embeddings === null) throw new Error('nothing computes embeddings');
    const request = { messages: [{ role: 'user' as const, content: text }], domain: null };
    const late = new AbortController();
    const stop = AbortSignal.any([this.#stop, late.signal]);
    const begun = clock.now();
    const obtained = obtainSignal(embeddings, request, this.#meter.besideTheAnswer, stop);
    this.#meter.awaits(obtained);
    const inTime = new AbortController();
    let vector: Float32Array | null = null;
    try {
      const signal = await Promise.race([
        obtained,
        clock.sleep(LONGEST_LOOK_MS, inTime.signal).then(() => null),
      ]);
      if (signal === null) throw new Error(`no embedding within ${LONGEST_LOOK_MS} ms`);
      vector = signal.values;
      return vector;
    } finally {
      inTime.abort();
      if (vector === null) late.abort();
      const operation = this.#request.operationId;
      const ms = Math.max(0, clock.now() - begun);
      onEvent?.({ kind: 'looked_for_similar', operation, ms, embedded: vector !== null });
    }
  }
}
