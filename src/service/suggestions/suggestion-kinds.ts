import { batching } from './batching.js';
import { compression } from './compression.js';
import { exactCache } from './exact-cache.js';
import { failedAttempts } from './failed-attempts.js';
import { routing } from './routing.js';
import { semanticCache } from './semantic-cache.js';
import type { SuggestionKind } from './suggestion-kind.js';

/** Every kind of suggestion. Those that take longest come last. */
export const SUGGESTION_KINDS: readonly SuggestionKind[] = [
  failedAttempts,
  exactCache,
  batching,
  compression,
  routing,
  semanticCache,
];
