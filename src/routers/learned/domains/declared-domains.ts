import type { RouterData } from '../../router.js';

export interface DeclaredDomains {
  /** In alphabetical order; empty where some prompt declares none. */
  readonly names: readonly string[];
  /** Of each prompt, as an index into `names`; empty as they are. */
  readonly labels: Int32Array;
  /** How many prompts declare no domain. */
  readonly without: number;
}

/** The domains that prompts declare: either every prompt's, or none. */
export function declaredDomains({ features }: RouterData): DeclaredDomains {
  const without = features.filter(({ domain }) => domain === null).length;
  if (without > 0) return { names: [], labels: new Int32Array(0), without };
  const names = [...new Set(features.flatMap(({ domain }) => domain ?? []))].sort();
  const position = new Map(names.map((name, at) => [name, at]));
  const labels = Int32Array.from(features, ({ domain }) => position.get(domain ?? '') ?? -1);
  return { names, labels, without };
}

/** Why a method that reads the declared domain cannot learn from these prompts. */
export const undeclared = ({ features }: RouterData, without: number): string =>
  `${without} of ${features.length} prompts declare no domain`;
