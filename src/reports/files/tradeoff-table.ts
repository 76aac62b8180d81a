import type { Comparison, Estimate, Tradeoff } from '../../evaluation/index.js';
import type { FlatTable } from './table.js';

type Kind = FlatTable['columns'][number]['kind'];
type Value = string | number | boolean | null;
type Reading = readonly [name: string, kind: Kind, read: (row: Tradeoff) => Value];

/** A comparison's tradeoffs, one row a policy. Every row says for itself whether it was simulated. */
export function tradeoffTable(comparison: Comparison): FlatTable {
  const { run, runName, simulated, costBasis, reference, splits, provenance } = comparison;
  const groups = splits.testGroups ?? splits.groups;
  const readings: readonly Reading[] = [
    ['run', 'text', () => run],
    ['name', 'text', () => runName],
    ['simulated', 'boolean', () => simulated],
    ['policy', 'text', ({ policy }) => policy],
    ['router', 'text', ({ router }) => router],
    ['dial', 'text', ({ dial }) => dial],
    ['split', 'text', ({ split }) => split],
    ['prompts', 'integer', ({ prompts }) => prompts],
    ['groups', 'integer', () => groups],
    ...estimate('quality', ({ quality }) => quality),
    ...estimate('cost_usd_per_1k', ({ costUsdPer1k }) => costUsdPer1k),
    ...estimate(`cost_${costBasis}_per_prompt`, ({ cost }) => cost),
    ...estimate('quality_delta', ({ qualityDelta }) => qualityDelta),
    ...estimate('cost_saving', ({ costSaving }) => costSaving),
    ['latency_p50_ms', 'double', ({ latencyMs }) => latencyMs.p50],
    ['latency_p95_ms', 'double', ({ latencyMs }) => latencyMs.p95],
    ['shares_json', 'text', ({ shares }) => JSON.stringify(shares)],
    ['chosen_on_tune', 'boolean', ({ chosenOnTune }) => chosenOnTune],
    ['frontier', 'boolean', ({ frontier }) => frontier],
  ];
  return {
    name: 'tradeoffs',
    columns: readings.map(([name, kind]) => ({ name, kind })),
    rows: comparison.tradeoffs.map((row) => readings.map(([, , read]) => read(row))),
    metadata: {
      simulated: String(simulated),
      run,
      cost_basis: costBasis,
      reference,
      judge: comparison.judge,
      data_hash: provenance.dataHash,
      switchyard: provenance.codeVersion,
    },
  };
}

function estimate(name: string, of: (row: Tradeoff) => Estimate): readonly Reading[] {
  return [
    [`${name}_mean`, 'double', (row) => of(row).mean],
    [`${name}_low`, 'double', (row) => of(row).low],
    [`${name}_high`, 'double', (row) => of(row).high],
  ];
}
