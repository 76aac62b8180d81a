import type { TokenUsage } from './usage.js';

/**
 * Token counts as OpenAI's chat completions and those who follow them report them: `prompt_tokens`
 * includes cached tokens, `completion_tokens` includes reasoning tokens. An explicit zero is a zero.
 *
 * Some followers leave reasoning out of `completion_tokens` but not out of `total_tokens` (xAI,
 * Gemini's compatible endpoint): tokens that only the total knows are output. Embeddings have no
 * `completion_tokens`; the total then says that there is no output.
 *
 * @param raw the response's `usage`
 * @param tier the response's `service_tier`, by which it is charged
 * @returns null where the counts are missing or contradict each other, never a guess
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function usageFromOpenAI(raw: unknown, tier: unknown = null): TokenUsage | null {
  const usage = record(raw);
  if (usage === null) return null;
  const input = count(usage.prompt_tokens);
  const total = count(usage.total_tokens);
  if (input === null) return null;
  const answered = count(usage.completion_tokens) ?? (total === null ? null : total - input);
  if (answered === null) return null;

  const prompt = record(usage.prompt_tokens_details);
  const completion = record(usage.completion_tokens_details);
  const reported = count(completion?.reasoning_tokens);
  const unlisted = total === null ? 0 : total - input - answered;
  const separate = unlisted > 0 && (reported ?? unlisted) === unlisted ? unlisted : 0;
  return consistent({
    input,
    cachedInput: count(prompt?.cached_tokens) ?? count(usage.prompt_cache_hit_tokens) ?? 0,
    cacheWrite: count(prompt?.cache_write_tokens) ?? 0,
    output: answered + separate,
    reasoning: reported ?? separate,
    ...surcharge({
      service_tier: isDearerOrCheaper(tier),
      audio_tokens: (count(prompt?.audio_tokens) ?? 0) + (count(completion?.audio_tokens) ?? 0) > 0,
    }),
  });
}

/**
 * Token counts as Anthropic's messages report them: `input_tokens` excludes what was read from the
 * cache and what was written to it, so both are added. Thinking is part of `output_tokens`.
 *
 * @param raw the response's `usage`
 * @returns null where the counts are missing or contradict each other, never a guess
 * @see https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
 */
export function usageFromAnthropic(raw: unknown): TokenUsage | null {
  const usage = record(raw);
  if (usage === null) return null;
  const uncached = count(usage.input_tokens);
  const output = count(usage.output_tokens);
  if (uncached === null || output === null) return null;
  const cachedInput = count(usage.cache_read_input_tokens) ?? 0;
  const cacheWrite = count(usage.cache_creation_input_tokens) ?? 0;
  return consistent({
    input: uncached + cachedInput + cacheWrite,
    cachedInput,
    cacheWrite,
    output,
    reasoning: count(record(usage.output_tokens_details)?.thinking_tokens) ?? 0,
    ...surcharge({
      service_tier: isDearerOrCheaper(usage.service_tier),
      speed: usage.speed === 'fast',
      inference_geo: usage.inference_geo === 'us',
      ephemeral_1h_input_tokens: isAny(usage.cache_creation, 'ephemeral_1h_input_tokens'),
      web_search_requests: isAny(usage.server_tool_use, 'web_search_requests'),
    }),
  });
}

/** Tiers with rates of their own, or paid for in advance. */
const TIERS: ReadonlySet<unknown> = new Set(['flex', 'priority', 'scale', 'batch']);
const isDearerOrCheaper = (tier: unknown): boolean => TIERS.has(tier);
const isAny = (counts: unknown, name: string): boolean => (count(record(counts)?.[name]) ?? 0) > 0;

/** The first of what holds, by the provider's name for it. */
function surcharge(holds: Readonly<Record<string, boolean>>): Pick<TokenUsage, 'surcharged'> {
  const found = Object.keys(holds).find((name) => holds[name]);
  return found === undefined ? {} : { surcharged: found };
}

function consistent(usage: TokenUsage): TokenUsage | null {
  const sound =
    usage.cachedInput + usage.cacheWrite <= usage.input &&
    usage.output >= 0 &&
    usage.reasoning <= usage.output;
  return sound ? usage : null;
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
