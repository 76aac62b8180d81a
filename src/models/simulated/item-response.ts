/** Slope of the curve at its middle; 1.7 makes the logistic nearly the normal ogive (Birnbaum 1968). */
export const DISCRIMINATION = 1.7;

/** Difficulty 0 … 1 of a dataset lies evenly on this much of the ability scale, around 0. */
const DIFFICULTY_SPAN = 4;

/**
 * The chance that a model of `ability` answers a prompt of `difficulty` rightly: the two-parameter
 * logistic item response model (Birnbaum, in Lord & Novick, Statistical Theories of Mental Test
 * Scores, 1968), `1 / (1 + exp(-a (ability − b)))`, over a floor for lucky guesses where the answer
 * is chosen from a list (Hambleton, Swaminathan & Rogers, Fundamentals of Item Response Theory, 1991).
 * @param ability about −3 … 3
 * @param difficulty in [0, 1]; 0.5 is an item that ability 0 gets right half the time
 * @param guess in [0, 1): the floor; 0 where nothing can be guessed
 * @returns a probability
 */
export function chanceOfRight(ability: number, difficulty: number, guess = 0): number {
  const location = DIFFICULTY_SPAN * (difficulty - 0.5);
  return guess + (1 - guess) / (1 + Math.exp(-DISCRIMINATION * (ability - location)));
}
