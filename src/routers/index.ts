export { CascadeRouter } from './cascades/cascade.js';
export { checkSettings } from './check-settings.js';
export {
  ComplexityClassifier,
  type ComplexityReading,
  type TaskComplexity,
} from './heuristics/complexity-classifier.js';
export {
  type ComplexityModel,
  complexityModelSchema,
  DEFAULT_COMPLEXITY_MODEL,
} from './heuristics/complexity-signals.js';
export { ModelRouter, type RoutedBy } from './heuristics/model-router.js';
export { DEFAULT_RULES, type RoutingRule, routingRuleSchema } from './heuristics/routing-rule.js';
export { predictedTwin, withPredictedDomain } from './learned/predicted-domain.js';
export {
  hullModels,
  type ModelMeans,
  meansByModel,
} from './model-means.js';
export { AdaptiveRouter } from './online/adaptive.js';
export type { AdaptiveState } from './online/adaptive-state.js';
export {
  baselineIds,
  defaultRouterIds,
  policyFromDocument,
  routerIds,
  routers,
} from './registry.js';
export type { FitOptions, Router, RouterData } from './router.js';
