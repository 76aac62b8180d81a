/** Why two texts of high similarity do not share an answer. */
export type GuardName = 'numbers' | 'polarity' | 'entities' | 'direction' | 'language';

/** The guard that forbids two texts to share an answer; null where none does. */
export function guardRefusal(a: string, b: string): GuardName | null {
  return a.trim().toLowerCase() === b.trim().toLowerCase() ? null : 'entities';
}
