export { binomialUpper } from './binomial.js';
export {
  type BootstrapInput,
  type BootstrapSums,
  bootstrapSums,
  percentileInterval,
  resampledMeans,
} from './bootstrap.js';
export {
  boundedBounds,
  boundedPValue,
  groupsToRuleOut,
  unseenShare,
} from './bounded-mean.js';
export {
  type ClusterMean,
  clusterBounds,
  clusterDifference,
  clusterMean,
  clusterPValue,
} from './cluster-mean.js';
export {
  boundedSequence,
  type ConfidenceSequence,
  type SequenceBounds,
} from './confidence-sequence.js';
export { Curve } from './curve.js';
export { holm } from './holm.js';
export { type CostQuality, paretoFrontier, upperHull } from './hull.js';
export { normalCdf, normalQuantile } from './normal.js';
export {
  type LoggedChoices,
  type LoggedValues,
  type OffPolicyDifference,
  type OffPolicyEstimate,
  type OffPolicyMethod,
  type OffPolicyOptions,
  offPolicyDifference,
  offPolicyMean,
} from './off-policy.js';
export { rowsNeeded } from './power.js';
export { quantile, quantileSorted, sortedNumbers } from './quantile.js';
export { createRng, type Rng, shuffledIndices } from './random.js';
export { effectiveGroups, expandedLevel, expandedTail } from './small-sample.js';
export { studentTCdf, studentTQuantile } from './student-t.js';
export { mean, sum } from './sum.js';
