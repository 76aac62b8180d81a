import type { PolicyDocument } from '../../src/policies/index.js';
import type { RoutingTable } from '../../src/tables/index.js';

const UNKNOWN = { mean: null, low: null, high: null };

/** A routing table around a policy, which no comparison has seen. */
export const handMadeTable = (
  policy: PolicyDocument,
  {
    needs = { domain: false, answers: false },
    verdict = 'none',
  }: { readonly needs?: RoutingTable['needs']; readonly verdict?: string } = {},
): RoutingTable => ({
  format: 'switchyard-routing-table',
  format_version: 1,
  name: 'by-hand',
  created_at: '2026-01-01T00:00:00.000Z',
  simulated: true,
  policy: { ...policy, id: `${policy.router}@${policy.dial}` },
  needs,
  expected: { quality: UNKNOWN, cost_usd_per_1k: UNKNOWN, shares: {}, describes: 'policy' },
  provenance: {
    run: 'none',
    data_hash: 'none',
    seed: 1,
    split_seed: 1,
    fitted_on: 'fit',
    prompts: 0,
    judge: 'none',
    code_version: 'none',
    verdict,
    warnings: [],
  },
});
