import type { Features } from '../../features/index.js';
import type { Forecast } from '../../policies/index.js';
import type { Predictor } from './predictor.js';

/**
 * A predictor that forecasts each request once, as all settings of a dial ask for the same. What it
 * forecast is kept as plain numbers, for as long as the request lives: typed arrays of a few numbers
 * cost several times their content.
 */
export class ForecastMemory {
  readonly #predictor: Predictor;
  readonly #known = new WeakMap<Features, readonly number[]>();
  #last: Features | null = null;
  #lastNumbers: readonly number[] = [];

  constructor(predictor: Predictor) {
    this.#predictor = predictor;
  }

  /** Quality of each model, then cost of each. */
  numbers(features: Features): readonly number[] {
    if (features === this.#last) return this.#lastNumbers;
    let numbers = this.#known.get(features);
    if (numbers === undefined) {
      const { quality, cost } = this.#predictor.forecast(features);
      numbers = [...quality, ...cost];
      this.#known.set(features, numbers);
    }
    this.#last = features;
    this.#lastNumbers = numbers;
    return numbers;
  }

  forecast(features: Features): Forecast {
    const numbers = this.numbers(features);
    const models = numbers.length / 2;
    return {
      quality: Float64Array.from(numbers.slice(0, models)),
      cost: Float64Array.from(numbers.slice(models)),
    };
  }
}
