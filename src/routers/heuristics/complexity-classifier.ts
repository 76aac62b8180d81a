import { type Features, normaliseWords, wordsOf } from '../../features/index.js';
import {
  COMPLEXITY_SIGNALS,
  type ComplexityModel,
  type ComplexitySignal,
  DEFAULT_COMPLEXITY_MODEL,
} from './complexity-signals.js';

/** How demanding a request looks, least first. */
export const TASK_COMPLEXITIES = ['simple', 'moderate', 'complex', 'reasoning'] as const;
export type TaskComplexity = (typeof TASK_COMPLEXITIES)[number];

export interface SignalReading {
  readonly name: ComplexitySignal;
  /** In [0, 1]. */
  readonly value: number;
  /** Value times weight: what it adds to the score. */
  readonly contribution: number;
}

export interface ComplexityReading {
  /** In [0, 1], to six decimals. */
  readonly score: number;
  readonly complexity: TaskComplexity;
  readonly signals: readonly SignalReading[];
}

type PhraseList = keyof ComplexityModel['phrases'];

const unit = (value: number): number => Math.min(1, Math.max(0, value));
const SHORT_REQUEST = Math.log(12);
const LONG_REQUEST = Math.log(2000);

/**
 * Guesses from the words of a request how demanding it is: a weighted sum of named signals, all of
 * them data. A heuristic that has seen no outcome; what it is worth is for a comparison to say.
 * The dimensions follow open-source gateways that route by complexity (LiteLLM's complexity router).
 */
export class ComplexityClassifier {
  readonly model: ComplexityModel;
  readonly #phrases: ReadonlyMap<PhraseList, readonly string[]>;
  readonly #known = new WeakMap<Features, ComplexityReading>();

  constructor(model: ComplexityModel = DEFAULT_COMPLEXITY_MODEL) {
    this.model = model;
    this.#phrases = new Map(
      Object.entries(model.phrases).map(([list, phrases]) => [
        list as PhraseList,
        phrases.map(normaliseWords),
      ]),
    );
  }

  classify(features: Features): ComplexityReading {
    const known = this.#known.get(features);
    if (known !== undefined) return known;
    const values = this.#signals(features);
    const signals = COMPLEXITY_SIGNALS.map((name) => ({
      name,
      value: values[name],
      contribution: values[name] * this.model.weights[name],
    }));
    const sum = signals.reduce((total, { contribution }) => total + contribution, 0);
    const score = Math.round(unit(sum) * 1e6) / 1e6;
    const reading = { score, complexity: this.#classOf(score), signals };
    this.#known.set(features, reading);
    return reading;
  }

  #classOf(score: number): TaskComplexity {
    const { moderate, complex, reasoning } = this.model.boundaries;
    if (score >= reasoning) return 'reasoning';
    if (score >= complex) return 'complex';
    return score >= moderate ? 'moderate' : 'simple';
  }

  #signals(features: Features): Record<ComplexitySignal, number> {
    const { lexical, tokens } = features;
    const words = wordsOf(features);
    const found = (list: PhraseList): number =>
      this.#phrases.get(list)!.filter((phrase) => words.includes(phrase)).length;
    return {
      length: unit(
        (Math.log(Math.max(1, tokens)) - SHORT_REQUEST) / (LONG_REQUEST - SHORT_REQUEST),
      ),
      code: unit(lexical.codeShare * 10 + found('code') / 4),
      reasoning: unit(found('reasoning') / 3),
      technical: unit(found('technical') / 3),
      steps: unit(found('steps') / 4 + lexical.listItems / 12),
      quantities: unit(lexical.numbers / 12 + lexical.mathShare * 8),
      constraints: unit(found('constraints') / 4),
      questions: unit((lexical.questionMarks - 1) / 3),
      vocabulary: unit((lexical.wordLength - 3.5) / 3.5),
      simple: unit(found('simple') / 2),
    };
  }
}

/** The heuristic as it ships; shared, so that a request is read once for all routers. */
export const defaultClassifier = new ComplexityClassifier();

/** The signals that weigh most on a score, in words. */
export function explainComplexity(reading: ComplexityReading): string {
  const strongest = reading.signals
    .filter(({ contribution }) => Math.abs(contribution) >= 0.005)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, 3)
    .map(
      ({ name, contribution }) =>
        `${name} ${contribution > 0 ? '+' : '−'}${Math.abs(contribution).toFixed(2)}`,
    );
  const because = strongest.length === 0 ? '' : ` (${strongest.join(', ')})`;
  return `complexity ${reading.score.toFixed(3)}, ${reading.complexity}${because}`;
}
