import type { Policy } from '../policies/index.js';
import type { RoutingTable } from './routing-table.js';

export interface TunedParts {
  /** The same policy at another setting of its dial. */
  readonly policy: Policy;
  /** What estimates from served traffic say of it. */
  readonly expected: Omit<RoutingTable['expected'], 'describes'>;
  readonly simulated: boolean;
  /** Prompts that the estimates rest on. */
  readonly prompts: number;
  readonly judge: string;
  readonly seed: number;
  readonly codeVersion: string;
  readonly verdict: string;
  /** Added to those of the table before. */
  readonly warnings: readonly string[];
  readonly now: Date;
}

/** A table whose dial was turned by what a service saw; what it learned and from what run stays. */
export function tunedRoutingTable(before: RoutingTable, parts: TunedParts): RoutingTable {
  const { policy, expected, simulated, prompts, judge, seed, codeVersion, verdict } = parts;
  const { router, dial, models, parameters } = policy.toDocument();
  return {
    ...before,
    created_at: parts.now.toISOString(),
    simulated: before.simulated || simulated,
    policy: { id: policy.id, router, dial, models, parameters },
    expected: { ...expected, describes: 'policy' },
    provenance: {
      ...before.provenance,
      seed,
      prompts,
      judge,
      code_version: codeVersion,
      verdict,
      warnings: [...before.provenance.warnings, ...parts.warnings],
    },
  };
}
