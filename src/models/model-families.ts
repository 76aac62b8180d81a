/** Reasoning families: they take `max_completion_tokens` only, and no sampling parameters. */
const OPENAI_REASONING = /(?:^|\/)(?:o\d|gpt-[5-9])/;
const OPENAI_CHAT_VARIANT = /-chat\b/;

/**
 * Families without structured output, which came with 4.5: they are made to call a tool instead.
 * A closed list of the past, so that models yet to come take the newer way; those that think by
 * default refuse a forced tool call.
 */
const WITHOUT_OUTPUT_FORMAT = /claude-(?:instant|[23]|(?:opus|sonnet)-4-(?:[01](?!\d)|20\d{6}))/;

/** Models up to 4.6 take sampling parameters; later ones answer any with 400, and the SDK dropped them. */
const WITH_SAMPLING =
  /claude-(?:instant|[23]|(?:opus|sonnet|haiku)-4(?:$|@|-(?:[0-6](?!\d)|20\d{6})))/;

/**
 * What a model of the chat-completions format takes, as its name tells. The maker's own address
 * knows the newer word for the limit with every model; other servers may know only the older.
 * @param name the provider's name of the model
 */
export function openaiFamily(
  name: string,
  isOwnAddress: boolean,
): {
  readonly limitName: 'max_completion_tokens' | 'max_tokens';
  readonly takesSampling: boolean;
} {
  const reasons = OPENAI_REASONING.test(name);
  return {
    limitName: isOwnAddress || reasons ? 'max_completion_tokens' : 'max_tokens',
    takesSampling: !reasons || OPENAI_CHAT_VARIANT.test(name),
  };
}

/**
 * What a model of the messages format takes, as its name tells.
 * @param name the provider's name of the model
 */
export function anthropicFamily(name: string): {
  readonly hasOutputFormat: boolean;
  readonly takesSampling: boolean;
} {
  return {
    hasOutputFormat: !WITHOUT_OUTPUT_FORMAT.test(name),
    takesSampling: WITH_SAMPLING.test(name),
  };
}
