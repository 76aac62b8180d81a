import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../user-error.js';
import { CELL, type OutcomeMatrix } from './matrix.js';

/**
 * Recorded data without dollars at prices that the user assumes: every call of a model costs the
 * same. Matrices that have dollars of their own are passed on as they are.
 * @param prices US dollars a call, by model
 * @throws UserError where no matrix lacks dollars, a price is for no model of theirs, or a model has none
 */
export function assumePrices(
  matrices: readonly OutcomeMatrix[],
  prices: Readonly<Record<string, number>>,
): OutcomeMatrix[] {
  const lacking = matrices.filter(({ costBasis }) => costBasis !== 'usd');
  const models = [...new Set(lacking.flatMap((matrix) => matrix.models))];
  if (lacking.length === 0) {
    throw new UserError(
      'This data has its costs in dollars, as they were billed: leave out --price, which is for recorded data without prices',
    );
  }
  for (const model of Object.keys(prices)) {
    if (!models.includes(model)) {
      throw new UserError(
        `--price is for "${model}", which is no model of this data without prices${didYouMean(model, models)}: its models are ${models.join(', ')}`,
      );
    }
  }
  const unpriced = models.filter((model) => !Object.hasOwn(prices, model));
  if (unpriced.length > 0) {
    throw new UserError(
      `--price is missing for ${unpriced.map((model) => `"${model}"`).join(', ')}: give every model of the data its US dollars a call (--price MODEL=USD_PER_CALL), or none`,
    );
  }
  return matrices.map((matrix) => (lacking.includes(matrix) ? priced(matrix, prices) : matrix));
}

function priced(matrix: OutcomeMatrix, prices: Readonly<Record<string, number>>): OutcomeMatrix {
  const { models, trials, state } = matrix;
  const byModel = Float64Array.from(models, (model) => prices[model]!);
  const cost = Float64Array.from(state, (cell, at) =>
    cell === CELL.missing ? Number.NaN : byModel[Math.floor(at / trials) % models.length]!,
  );
  return { ...matrix, cost, costBasis: 'usd' };
}
