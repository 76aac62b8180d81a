import type { Comparison } from '../evaluation/index.js';
import { snakeCase } from './snake-case.js';

/** Properties whose keys are models or reasons. */
const KEYED = new Set(['shares', 'dropped', 'assumedPrices']);

/** What a comparison that was stored before these were computed has in their place. */
const ABSENT = {
  costRange: null,
  withinDomains: null,
  routers: [],
  failed: 'zero',
  operatingPoints: [],
  metricDifferences: [],
  calibration: [],
  learningCurve: null,
  prequential: [],
  choice: null,
  runs: [],
  regressions: [],
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
  const tradeoffs = rest.tradeoffs.map((tradeoff) => ({ role: null, ...tradeoff }));
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
      { ...ABSENT, ...rest, splits, tradeoffs, metrics, operatingPoints },
      KEYED,
    ) as Record<string, unknown>),
  };
}
