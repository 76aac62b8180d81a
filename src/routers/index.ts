export { AdaptiveRouter } from './adaptive.js';
export type { AdaptiveState } from './adaptive-state.js';
export { CascadeRouter } from './cascade.js';
export { checkSettings } from './check-settings.js';
export {
  ComplexityClassifier,
  type ComplexityReading,
  type TaskComplexity,
} from './complexity-classifier.js';
export {
  type ComplexityModel,
  complexityModelSchema,
  DEFAULT_COMPLEXITY_MODEL,
} from './complexity-signals.js';
export {
  hullModels,
  type ModelMeans,
  meansByModel,
} from './model-means.js';
export { ModelRouter, type RoutedBy } from './model-router.js';
export { policyFromDocument, routerIds, routers } from './registry.js';
export type { FitOptions, Router, RouterData } from './router.js';
export { DEFAULT_RULES, type RoutingRule, routingRuleSchema } from './routing-rule.js';
