import type { Comparison } from '../evaluation/index.js';

/** The comparison as `--json` prints it: snake_case, fractions, US dollars, milliseconds. */
export function comparisonJson(comparison: Comparison): Record<string, unknown> {
  const { verdict, provenance } = comparison;
  return {
    run: comparison.run,
    name: comparison.runName,
    simulated: comparison.simulated,
    seed: comparison.seed,
    split_seed: comparison.splitSeed,
    splits: {
      fit: comparison.splits.fit,
      tune: comparison.splits.tune,
      test: comparison.splits.test,
      folds: comparison.splits.folds,
      groups: comparison.splits.groups,
      test_groups: comparison.splits.testGroups ?? null,
    },
    cost_basis: comparison.costBasis,
    judge: comparison.judge,
    calibrated: comparison.calibrated,
    reference: comparison.reference,
    verdict: {
      answer: verdict.answer,
      policy: verdict.policy,
      text: verdict.text,
      margin: verdict.margin,
      alpha: verdict.alpha,
      discordance: verdict.discordance,
      n_needed: verdict.nNeeded,
      checks: verdict.checks.map((check) => ({
        name: check.name,
        text: check.text,
        estimate: check.estimate,
        threshold: check.threshold,
        p_value: check.pValue,
        holds: check.holds,
      })),
    },
    tradeoffs: comparison.tradeoffs.map((tradeoff) => ({
      policy: tradeoff.policy,
      router: tradeoff.router,
      dial: tradeoff.dial,
      split: tradeoff.split,
      prompts: tradeoff.prompts,
      quality: tradeoff.quality,
      cost_usd_per_1k: tradeoff.costUsdPer1k,
      cost: tradeoff.cost,
      quality_delta: tradeoff.qualityDelta,
      cost_saving: tradeoff.costSaving,
      latency_ms: tradeoff.latencyMs,
      shares: tradeoff.shares,
      chosen_on_tune: tradeoff.chosenOnTune,
      frontier: tradeoff.frontier,
    })),
    metrics: comparison.metrics.map((metric) => ({
      router: metric.router,
      aiq: metric.aiq,
      aiq_log: metric.aiqLog,
      aiq_paper: metric.aiqPaper,
      apgr: metric.apgr,
      cpt50: metric.cpt50,
      cpt80: metric.cpt80,
      cost_save: metric.costSave,
    })),
    cost_range: comparison.costRange ?? null,
    within_domains: withinDomainsJson(comparison),
    operating_points: (comparison.operatingPoints ?? []).map((point) => ({
      router: point.router,
      policy: point.policy,
      against: point.against,
      difference: point.difference,
      p_value: point.pValue,
      p_adjusted: point.pAdjusted,
    })),
    left_out: comparison.leftOut,
    warnings: comparison.warnings,
    test_readings: comparison.testReadings,
    bootstrap: comparison.bootstrap,
    provenance: {
      data_hash: provenance.dataHash,
      code_version: provenance.codeVersion,
      prompts: provenance.prompts,
      dropped: provenance.dropped,
      created_at: provenance.createdAt,
    },
  };
}

function withinDomainsJson({ withinDomains }: Comparison): Record<string, unknown> | null {
  if (withinDomains === undefined || withinDomains === null) return null;
  return {
    policy: withinDomains.policy,
    gain: withinDomains.gain,
    over_per_domain: withinDomains.overPerDomain,
    domains: withinDomains.domains.map((one) => ({
      domain: one.domain,
      fit: one.fit,
      tune: one.tune,
      test: one.test,
      test_groups: one.testGroups,
      reference: one.reference,
      per_domain: one.perDomain,
      candidate: one.candidate,
      gain: one.gain,
    })),
  };
}
