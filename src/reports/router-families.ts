/** Kinds of router, which share a colour: a reader tells kinds apart at a glance, routers by letter. */
export type Family = 'lookup' | 'heuristic' | 'learned' | 'cascade' | 'online' | 'other';

const FAMILIES: Readonly<Record<string, Family>> = {
  'per-domain': 'lookup',
  rules: 'heuristic',
  complexity: 'heuristic',
  'complexity-llm': 'heuristic',
  knn: 'learned',
  ridge: 'learned',
  logistic: 'learned',
  cluster: 'learned',
  shrinkage: 'learned',
  carrot: 'learned',
  stack: 'learned',
  cascade: 'cascade',
  'cascade-routing': 'cascade',
  adaptive: 'online',
  thompson: 'online',
  linucb: 'online',
};

/** Of a router id; a router that reads a predicted domain is of the family of its twin. */
export function familyOf(router: string): Family {
  return FAMILIES[router.replace(/-predicted$/, '')] ?? 'other';
}

export const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  lookup: 'lookup by domain',
  heuristic: 'rules and heuristics',
  learned: 'learned, one call',
  cascade: 'cascades',
  online: 'online learners',
  other: 'other routers',
};

/** A, B, …, Z, then AA, AB, … */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letterOf(Math.floor(index / 26) - 1)}${last}`;
}
