import { type CachedAnswer, cacheKey, isCacheable } from '../caches/index.js';
import type { NanoUsd } from '../costs/index.js';
import type { Upstream } from '../models/index.js';
import { type ChatAnswer, isWholeInEveryFormat } from '../wire/index.js';
import type { Operation } from './operation.js';
import type { ServiceRequest } from './pipeline.js';
import type { LimitedRequest } from './request-limits.js';
import type { Stages } from './stages.js';

/** The exact cache as one request uses it. */
export class Repeats {
  readonly #request: ServiceRequest;
  readonly #stages: Pick<Stages, 'cache' | 'compressor' | 'table'>;
  /** Under which the answer is stored; null where it is not. */
  #key: string | null = null;
  #state: Operation['cache'] = 'off';

  constructor(request: ServiceRequest, stages: Pick<Stages, 'cache' | 'compressor' | 'table'>) {
    this.#request = request;
    this.#stages = stages;
  }

  get state(): Operation['cache'] {
    return this.#state;
  }

  /**
   * What was answered to the same request before; null where nothing was, or nothing is to be repeated.
   * @param named the model asked; null where the routing table chooses it
   */
  lookUp(chat: LimitedRequest, named: Upstream | null): CachedAnswer | null {
    const { tenant, domain, format, compress, useCache } = this.#request;
    const { cache, compressor, table } = this.#stages;
    if (cache === null || !useCache) return null;
    // A model may answer a shortened prompt otherwise.
    const shortened = compress && compressor !== null;
    const answeredBy = `${named?.id ?? table!.sha256}${shortened ? ' shortened' : ''}`;
    const scope = { tenant: tenant.id, answeredBy, format: format.name };
    this.#key = cacheKey({ ...scope, domain: named === null ? domain : null }, chat);
    // What a stream cannot say again (the stop sequence that was met, a citation) is asked for anew.
    const isFit = (answer: ChatAnswer): boolean => !chat.stream || isWholeInEveryFormat(answer);
    const found = cache.get(this.#key, tenant.id, isFit);
    this.#state = found === null ? 'miss' : 'hit';
    return found;
  }

  /**
   * Keeps an answer that was recorded. What another model gave in a model's place is not kept: it
   * would be repeated long after that one is back.
   */
  store(answer: ChatAnswer, { cause, model }: Operation, cost: NanoUsd | null): void {
    if (this.#key === null || model === null || cause === 'fallback' || cause === 'cache') return;
    const { chat, tenant } = this.#request;
    if (!isCacheable(chat, answer)) return;
    try {
      this.#stages.cache?.set(this.#key, tenant.id, { answer, model, cost });
    } catch {
      // An answer that is recorded and paid for goes out, kept or not.
    }
  }
}
