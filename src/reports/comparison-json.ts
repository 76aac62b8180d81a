import type { Comparison } from '../evaluation/index.js';
import { snakeCase } from './snake-case.js';

/** Properties whose keys are models or reasons. */
const KEYED = new Set(['shares', 'dropped', 'assumedPrices']);

/** What a comparison that was stored before these were computed has in their place. */
const ABSENT = {
  costRange: null,
  routers: [],
  failed: 'zero',
  operatingPoints: [],
  metricDifferences: [],
  calibration: [],
  prequential: [],
  choice: null,
  runs: [],
  regressions: [],
  variants: [],
  assumedPrices: null,
  outOfDomain: false,
  routerFiles: [],
  dials: null,
} as const;

/**
 * The comparison as `--json` prints it, whole: snake_case, fractions, US dollars, milliseconds.
 * `schemas/comparison.schema.json` describes every key.
 */
export function comparisonJson(comparison: Comparison): Record<string, unknown> {
  const { run, runName, ...rest } = comparison;
  const splits = { ...rest.splits, testGroups: rest.splits.testGroups ?? null };
  // No interval without what it is over: all of these are over the whole test part.
  const groups = splits.testGroups;
  const sample = { prompts: splits.test, groups };
  const verdict = { ...rest.verdict, ...sample };
  const tradeoffs = rest.tradeoffs.map((tradeoff) => ({ role: null, groups, ...tradeoff }));
  const withinDomains = rest.withinDomains ? { ...rest.withinDomains, ...sample } : null;
  const learningCurve = rest.learningCurve ? { ...rest.learningCurve, ...sample } : null;
  const metrics = rest.metrics.map((metric) => ({ prompts: null, groups: null, ...metric }));
  const operatingPoints = (rest.operatingPoints ?? []).map((point) => ({
    prompts: null,
    groups: null,
    ...point,
  }));
  return {
    run,
    name: runName,
    ...(snakeCase(
      {
        ...ABSENT,
        ...rest,
        splits,
        verdict,
        tradeoffs,
        metrics,
        operatingPoints,
        withinDomains,
        learningCurve,
      },
      KEYED,
    ) as Record<string, unknown>),
  };
}
