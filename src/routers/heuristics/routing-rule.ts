import { z } from 'zod';
import { MODEL_TIERS } from '../../costs/index.js';
import { type Features, normaliseWords, wordsOf } from '../../features/index.js';
import { boundedRegexProblem, compileBoundedRegex } from '../../judges/index.js';
import { defaultClassifier } from './complexity-classifier.js';

/** Characters of a request that a regular expression is tried on; within what bounded ones take. */
const REGEX_INPUT = 50_000;

const keywords = z.array(z.string().trim().min(1).max(60)).min(1).max(100);
const pattern = z.string().superRefine((text, context) => {
  const problem = boundedRegexProblem(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** All conditions given must hold; a rule without any always matches. */
const conditionsSchema = z.strictObject({
  /** One of these words or phrases occurs, as whole words in any case. */
  keywords_any: keywords.optional(),
  /** All of these occur. */
  keywords_all: keywords.optional(),
  /** A bounded regular expression, tried on the first 50,000 characters in any case. */
  regex: pattern.optional(),
  min_tokens: z.number().min(0).optional(),
  max_tokens: z.number().min(0).optional(),
  /** The request declares this domain. */
  domain: z.string().min(1).max(200).optional(),
  has_code: z.boolean().optional(),
  /** Complexity is at least this. */
  min_complexity: z.number().min(0).max(1).optional(),
  /** Complexity is at least the router's dial plus this: how a rule hangs on the dial. */
  over_dial: z.number().min(-1).max(1).optional(),
});

/** One rule of a `ModelRouter`, as data. */
export const routingRuleSchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** Higher is tried first; rules of equal priority in the order given. */
  priority: z.number().default(0),
  when: conditionsSchema.default({}),
  use: z.union([
    z.strictObject({ model: z.string().min(1).max(300) }),
    z.strictObject({ tier: z.enum(MODEL_TIERS) }),
  ]),
});
export type RoutingRule = z.output<typeof routingRuleSchema>;

/** Share of characters typical of programs from which a text counts as holding code. */
const CODE_SHARE = 0.06;

/** Whether a request seems to hold program text: a fence, or many of its characters. */
export const hasCode = (features: Features): boolean =>
  features.text.includes('```') || features.lexical.codeShare >= CODE_SHARE;

/** Whether a rule matches a request, at a setting of the router's dial. */
export type RuleMatcher = (features: Features, dial: number) => boolean;

/** Whether all conditions but the one on the dial hold. */
function compileConditions({ when }: RoutingRule): (features: Features) => boolean {
  const any = when.keywords_any?.map(normaliseWords);
  const all = when.keywords_all?.map(normaliseWords);
  const regex = when.regex === undefined ? undefined : compileBoundedRegex(when.regex, true);
  return (features) => {
    const holds = (phrase: string): boolean => wordsOf(features).includes(phrase);
    if (when.min_tokens !== undefined && features.tokens < when.min_tokens) return false;
    if (when.max_tokens !== undefined && features.tokens > when.max_tokens) return false;
    if (when.domain !== undefined && features.domain !== when.domain) return false;
    if (when.min_complexity !== undefined && complexityOf(features) < when.min_complexity) {
      return false;
    }
    if (when.has_code !== undefined && hasCode(features) !== when.has_code) return false;
    if (any !== undefined && !any.some(holds)) return false;
    if (all !== undefined && !all.every(holds)) return false;
    return regex === undefined || regex.test(features.text.slice(0, REGEX_INPUT));
  };
}

const complexityOf = (features: Features): number => defaultClassifier.classify(features).score;

const compiled = new WeakMap<RoutingRule, RuleMatcher>();

/** Prepares a rule for matching many requests; each is read once, whatever the dial. */
export function compileRule(rule: RoutingRule): RuleMatcher {
  const ready = compiled.get(rule);
  if (ready !== undefined) return ready;
  const conditions = compileConditions(rule);
  const known = new WeakMap<Features, boolean>();
  const overDial = rule.when.over_dial;
  const matcher: RuleMatcher = (features, dial) => {
    if (overDial !== undefined && complexityOf(features) < dial + overDial) return false;
    let holds = known.get(features);
    if (holds === undefined) {
      holds = conditions(features);
      known.set(features, holds);
    }
    return holds;
  };
  compiled.set(rule, matcher);
  return matcher;
}

/** Default rules: known-hard kinds of request have a lower bar to a stronger model. */
export const DEFAULT_RULES: readonly RoutingRule[] = [
  {
    name: 'code',
    priority: 40,
    when: { has_code: true, over_dial: -0.1 },
    use: { tier: 'premium' },
  },
  {
    name: 'reasoning-words',
    priority: 30,
    when: {
      keywords_any: [
        ...['prove', 'derive', 'step by step', 'explain why', 'how many', 'how much', 'deduce'],
        ...['trade off', 'compare', 'calculate', 'justify'],
      ],
      over_dial: -0.1,
    },
    use: { tier: 'premium' },
  },
  { name: 'demanding', priority: 20, when: { over_dial: 0 }, use: { tier: 'premium' } },
  { name: 'middling', priority: 10, when: { over_dial: -0.1 }, use: { tier: 'standard' } },
];
