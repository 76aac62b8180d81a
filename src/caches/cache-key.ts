import { sha256 } from '../hash.js';
import type { ChatRequest } from '../wire/index.js';
import { distinctText } from './distinct-text.js';

/** Whose answers may be repeated to whom. */
export interface CacheScope {
  readonly tenant: string;
  /** `provider/name` of the model asked, or the hash of the routing table that chooses it. */
  readonly answeredBy: string;
  /** Name of the format that the request came in: what only it knows is part of the answer. */
  readonly format: string;
  /** The kind of work that the caller declares, as a table may choose by it; null where it does not. */
  readonly domain: string | null;
}

/**
 * The key of an answer in the exact cache: SHA-256 over everything that shapes it.
 *
 * Every member of the request is taken apart here, so that a new one does not compile until someone
 * has decided whether it belongs to the key.
 */
export function cacheKey(scope: CacheScope, request: ChatRequest): string {
  const {
    // Stands in the scope, as the model that answers or the table that chooses it.
    model: _model,
    messages,
    parameters,
    tools,
    toolChoice,
    parallelToolCalls,
    responseSchema,
    // How the answer travels, not what it says.
    stream: _stream,
    streamUsage: _streamUsage,
    others,
    // Who asks and why.
    labels: _labels,
    ...undecided
  } = request;
  const everyMemberIsDecided: Record<keyof typeof undecided, never> = undecided;
  return sha256(
    distinctText([
      scope.tenant,
      scope.answeredBy,
      scope.format,
      scope.domain,
      messages,
      parameters,
      tools,
      toolChoice,
      parallelToolCalls,
      responseSchema,
      others,
      everyMemberIsDecided,
    ]),
  );
}
