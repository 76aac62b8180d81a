import type { ModelTier } from '../../costs/index.js';
import type { Features } from '../../features/index.js';
import { compileRule, type RoutingRule, type RuleMatcher } from './routing-rule.js';

export interface RoutedBy {
  readonly model: string;
  /** Null where no rule matched. */
  readonly rule: RoutingRule | null;
  readonly tier: ModelTier | null;
}

/** Tries rules by priority; the first that matches names the model. Without a match, the economy tier. */
export class ModelRouter {
  readonly #rules: readonly { readonly rule: RoutingRule; readonly matches: RuleMatcher }[];
  readonly #tiers: Readonly<Record<ModelTier, string>>;

  /** @param tiers the model of each tier, for rules that name a tier */
  constructor(rules: readonly RoutingRule[], tiers: Readonly<Record<ModelTier, string>>) {
    this.#rules = rules
      .toSorted((a, b) => b.priority - a.priority)
      .map((rule) => ({ rule, matches: compileRule(rule) }));
    this.#tiers = tiers;
  }

  /** @param dial complexity from which `over_dial` rules begin to match */
  route(features: Features, dial: number): RoutedBy {
    const found = this.#rules.find(({ matches }) => matches(features, dial));
    if (found === undefined) return { model: this.#tiers.economy, rule: null, tier: 'economy' };
    const { rule } = found;
    return 'model' in rule.use
      ? { model: rule.use.model, rule, tier: null }
      : { model: this.#tiers[rule.use.tier], rule, tier: rule.use.tier };
  }
}
