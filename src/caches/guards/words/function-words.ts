import { wordSet } from './word-set.js';

/** Say nothing by themselves; a phrase goes on over them. */
export const DETERMINERS = wordSet(
  'a an the this that these those some any my mine our ours your yours its own such and',
);

/** Say how what follows is meant. Which one it is matters for the order of arguments only. */
export const PREPOSITIONS = wordSet(
  'of in on at for to by with from about as into onto towards toward using via than regarding concerning versus vs against',
);

/** Prepositions that stand for each other. */
export const ALIKE_PREPOSITIONS: readonly ReadonlySet<string>[] = [
  wordSet('in at'),
  wordSet('in into'),
  wordSet('about on regarding concerning'),
  wordSet('to into towards toward'),
  wordSet('to as'),
  wordSet('with using via'),
  wordSet('versus vs'),
];

/** Left out: the frame of a sentence, and what is said out of courtesy. */
export const FRAME = wordSet(
  'i me we us you one it there am is are was were be been being do does did done doing have has had having got',
  'can could may might will would shall should must ought able possible possibly',
  'pls plz',
  'who whom whose what which when where why how whether so then also just really actually exactly',
  'simply basically currently please kindly thanks thank hi hello hey dear sorry wondering know tell',
  'explain describe anyone anybody someone somebody let us myself yourself oneself ok okay',
  'way ways thing things something',
);

export const FIRST_PERSON = wordSet('i me my mine myself we us our ours ourselves');
export const SECOND_PERSON = wordSet('you your yours yourself yourselves');

export const NEGATIONS = wordSet(
  'not no never none nobody nothing nowhere neither nor without hardly barely lacking except unless',
);

/** Small words that change an answer: all that limits, compares, orders or joins. */
export const QUANTIFIERS = wordSet(
  'all every each most many few several both either only even still yet already again always often sometimes rarely seldom usually',
  'more less least fewer enough too much little before after during until till since within while',
  'above below over under up down out off through across between among inside outside behind beside beyond',
  'or if but because although though if unless else instead rather other another same different',
);

export const PAST = wordSet('was were did had');
export const PRESENT = wordSet('is are am do does');
export const FUTURE = wordSet('will shall');

/** What the one who answers can do as well as explain: "write a poem" does not ask how to. */
export const TASKS = wordSet(
  'write draft compose create make generate translate summarize rewrite shorten explain describe list name suggest give',
  'calculate compute convert solve simplify correct fix compare classify rank find count sort extract plan answer reply define',
);
