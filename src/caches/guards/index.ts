import { directionDiffers } from './direction.js';
import { entitiesDiffer } from './entities.js';
import { languagesDiffer } from './language.js';
import { numbersDiffer } from './numbers.js';
import { polarityDiffers } from './polarity.js';
import { questionsDiffer } from './question.js';
import { type Reading, read } from './reading.js';

/** Raised whenever a guard decides otherwise than before: a calibration holds for one version. */
export const GUARDS_VERSION = '3';

/** Why two texts of high similarity do not share an answer. */
export type GuardName =
  | 'numbers'
  | 'polarity'
  | 'entities'
  | 'direction'
  | 'language'
  /** Other things are asked for about the same words: who, when, whether. */
  | 'question';

/** In the order in which they are asked; each says whether it objects. */
const GUARDS: readonly (readonly [GuardName, (a: Reading, b: Reading) => boolean])[] = [
  ['language', languagesDiffer],
  ['numbers', numbersDiffer],
  ['polarity', polarityDiffers],
  ['question', questionsDiffer],
  ['entities', entitiesDiffer],
  ['direction', directionDiffers],
];

export const GUARD_NAMES: readonly GuardName[] = GUARDS.map(([name]) => name);

/**
 * The first guard that forbids two texts to share an answer; null where none does. The same either
 * way round, and in time linear in the texts. In doubt they refuse: that costs a call, and a wrong
 * hit a wrong answer.
 */
export function guardRefusal(a: string, b: string): GuardName | null {
  if (a === b) return null;
  const [one, other] = [read(a), read(b)];
  return GUARDS.find(([, objects]) => objects(one, other))?.[0] ?? null;
}
